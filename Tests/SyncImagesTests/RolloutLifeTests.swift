// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import SyncRecord
import Testing

@testable import SyncImages

/// Whole lives of a workload: pushes, failures, people, clocks and crashes, one look after the other.
struct RolloutLifeTests {
    private static let (first, second, third) = (ImageFixture.first, ImageFixture.second, ImageFixture.third)

    private func life() throws -> RolloutSimulation {
        var life = try RolloutSimulation(tags: ["nginx:latest": Self.first])
        try life.live(3)
        #expect(life.starts.isEmpty)
        return life
    }

    @Test func `a bad push is undone once and stays away, and the next good one rolls out`() throws {
        var life = try life()
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        try life.live(20)
        #expect(life.starts.count == 2 && life.running == ["web": Self.first])
        life.tags["nginx:latest"] = Self.third
        try life.live(20)
        #expect(life.starts.count == 3 && life.running == ["web": Self.third])
        #expect(life.workload?.containers.first?.pin == nil)
        #expect(life.state.containers["web"]?.good == "\(Self.third)")
    }

    @Test func `R14: a bad push that cannot be undone is not tried again, also by a process that knows nothing`() throws
    {
        var life = try life()
        life.policy.undo = false
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        try life.live(5)
        life.forget()
        try life.live(20)
        #expect(life.starts.count == 1 && life.state.containers["web"]?.last?.result == "failed")
    }

    @Test func `a process that dies between patch and record finds the rollout in the cluster`() throws {
        var life = try life()
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        for _ in 0..<10 {
            life.forget()
            try life.live(1)
        }
        #expect(life.starts.count == 2 && life.running == ["web": Self.first])
        #expect(life.state.phase == nil && life.state.containers["web"]?.bad == ["\(Self.second)"])
    }

    /// A release lets one failure in, and not each that a wrong clock dates before it.
    @Test(arguments: [-86_400.0, -3_600, -1, 0, 3_600, 86_400])
    func `a release is good for one try, however the clock jumps`(jump: TimeInterval) throws {
        var life = try life()
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        try life.live(5)
        #expect(life.starts.count == 2)
        life.order = ImageOrder(kind: .release, person: "ada", reason: "", at: life.now)
        life.now += jump
        try life.live(30)
        #expect(life.starts.count == 4, "one restart and one undo more")
        #expect(life.running == ["web": Self.first])
    }

    @Test(arguments: [-86_400.0, -3_600, 3_600, 86_400])
    func `an old release lets nothing in that fails later, however the clock jumps`(jump: TimeInterval) throws {
        var life = try life()
        life.order = ImageOrder(kind: .release, person: "ada", reason: "", at: life.now)
        life.now += jump
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        try life.live(30)
        #expect(life.starts.count == 2 && life.running == ["web": Self.first])
    }

    @Test func `a release is obeyed although the failure bears a time in the future`() throws {
        var life = try life()
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        life.now += 86_400
        try life.live(5)
        life.now -= 86_400
        life.bad = []
        life.order = ImageOrder(kind: .release, person: "ada", reason: "", at: life.now)
        try life.live(5)
        #expect(life.running == ["web": Self.second] && life.starts.count == 3)
    }

    @Test func `a release after which the digest is well ends the story`() throws {
        var life = try life()
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        try life.live(5)
        life.bad = []
        life.order = ImageOrder(kind: .release, person: "ada", reason: "", at: life.now)
        try life.live(10)
        #expect(life.starts.count == 3 && life.running == ["web": Self.second])
        #expect(life.state.containers["web"]?.bad.isEmpty == true)
        #expect(life.workload?.containers.first?.pin == nil)
    }

    @Test func `a pin that somebody takes off by hand is noted once`() throws {
        var life = try life()
        life.bad = [Self.second]
        life.tags["nginx:latest"] = Self.second
        try life.live(5)
        try life.commit(image: "nginx:latest")
        try life.live(2)
        let version = life.object.resourceVersion
        try life.live(10)
        #expect(life.object.resourceVersion == version, "nothing is written any more")
    }

    @Test func `two containers of which one is bad: the other comes again, alone`() throws {
        var life = try RolloutSimulation(
            ["web=nginx:latest", "side=proxy"],
            tags: ["nginx:latest": Self.first, "proxy": Self.first]
        )
        try life.live(2)
        life.bad = [Self.second]
        life.tags = ["nginx:latest": Self.second, "proxy": Self.third]
        try life.live(20)
        #expect(life.running == ["web": Self.first, "side": Self.third])
        #expect(life.starts.count == 3)
    }

    /// Numbers that repeat from run to run.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    @Test(arguments: 0..<60)
    func `whatever happens, a digest that has failed is tried again only by order, and rollouts come to rest`(
        seed: Int
    ) throws {
        var dice = Dice(state: UInt64(seed) &* 7919)
        let images = ["nginx:latest", "proxy"]
        var life = try RolloutSimulation(
            ["web=nginx:latest", "side=proxy"],
            tags: ["nginx:latest": ImageFixture.digest(100), "proxy": ImageFixture.digest(200)]
        )
        life.policy.tags = try ["latest", "next"].map { try #require(TagPattern($0)) }
        var releases = 0
        var pushes = 0
        for step in 0..<80 {
            switch Int.random(in: 0..<12, using: &dice) {
            case 0, 1:
                let digest = ImageFixture.digest(1000 + step)
                pushes += 1
                if Bool.random(using: &dice) { life.bad.insert(digest) }
                life.tags[images[Int.random(in: 0..<2, using: &dice)]] = digest
            case 2:
                releases += 1
                life.order = ImageOrder(kind: .release, person: "ada", reason: "", at: life.now)
            case 3: life.order = ImageOrder(kind: .hold, person: "ada", reason: "", at: life.now)
            case 4: life.forget()
            case 5: life.now += Double.random(in: -7200...7200, using: &dice)
            case 6: try life.poll(isReachable: false)
            case 7: try life.look()
            default: try life.live(1)
            }
            for container in life.state.containers.values {
                #expect(container.bad.count <= RolloutState.maxBad)
                #expect(container.trying == nil || life.state.phase != nil)
            }
            #expect(RolloutState(of: life.object) == life.state)
        }
        // Each push and each release costs a restart and an undo for each container at most.
        #expect(life.starts.count <= 4 * (pushes + releases), "\(life.starts.count) of \(pushes) + \(releases)")
        try life.live(12)
        let version = life.object.resourceVersion
        try life.live(12)
        #expect(life.object.resourceVersion == version, "it comes to rest")
        #expect(life.state.phase == nil)
    }
}
