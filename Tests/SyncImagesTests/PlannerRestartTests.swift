// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import Testing

@testable import SyncImages

/// When a workload is restarted, and what is remembered of it then.
struct PlannerRestartTests {
    private static let (first, second, third) = (ImageFixture.first, ImageFixture.second, ImageFixture.third)

    @Test(arguments: ["Deployment", "StatefulSet", "DaemonSet"])
    func `a tag that has moved restarts the workload, and the digest before is remembered as good`(
        kind: String
    ) throws {
        var question = try Question()
        question.kind = kind
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == ["web": Self.second] && verdict.states == [.waiting])
        let next = try #require(verdict.next)
        #expect(next.phase == .rolling && next.startedAt == question.now.ISO8601Format())
        #expect(
            next.containers == ["web": ImageFixture.memory(good: Self.first, trying: Self.second)]
        )
    }

    @Test func `a workload that is not well has no good digest to go back to`() throws {
        var question = try Question()
        question.edit = { $0["status"] = ImageFixture.health("Deployment", isWell: false) }
        #expect(try question.verdict()?.next?.containers["web"]?.good == nil)
    }

    @Test func `pods that do not agree on what ran before have no good digest`() throws {
        var question = try Question()
        question.pods = [
            try ImageFixture.pod(["web": Self.first]), try ImageFixture.pod(["web": Self.third], name: "web-abc-2"),
        ]
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == ["web": Self.second])
        #expect(verdict.next?.containers["web"]?.good == nil)
    }

    @Test func `several containers make one restart`() throws {
        var question = try Question()
        question.containers = ["*init=busybox:latest", "web=nginx:latest", "side=proxy", "db=mysql:8"]
        question.pods = [
            try ImageFixture.pod(["init": Self.first, "web": Self.first, "side": Self.first, "db": Self.first])
        ]
        for image in ["busybox:latest", "proxy"] { question.tags[image] = [Self.first, Self.third] }
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == ["init": Self.third, "web": Self.second, "side": Self.third])
        #expect(verdict.containers.map(\.container.name) == ["init", "web", "side"])
    }

    @Test func `a container that waits keeps no other one from its restart, and is not counted in`() throws {
        var question = try Question()
        question.containers = ["web=nginx:latest", "side=proxy"]
        question.tags["proxy"] = [nil]
        question.pods = [try ImageFixture.pod(["web": Self.first, "side": Self.first])]
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == ["web": Self.second] && verdict.states == [.waiting, .unreadable])
    }

    @Test func `a pod that went back to the old image is enough, when the workload is well`() throws {
        var question = try Question()
        question.pods = [
            try ImageFixture.pod(["web": Self.first]), try ImageFixture.pod(["web": Self.second], name: "web-abc-2"),
        ]
        #expect(try question.verdict()?.restarts == ["web": Self.second])
    }

    @Test func `R12: a replica that runs the new digest while others are still replaced is no reason to restart`()
        throws
    {
        var question = try Question()
        question.pods = [
            try ImageFixture.pod(["web": Self.first]), try ImageFixture.pod(["web": Self.second], name: "web-abc-2"),
        ]
        question.edit = { $0[["status", "updatedReplicas"]] = 0 }
        let verdict = try #require(try question.verdict())
        #expect(verdict.action == nil && verdict.states == [.waiting])
        #expect(verdict.containers[0].detail.contains("pods are being replaced"))
    }

    @Test func `R12: a rollout that was missed is made up, and what ran before is read off the pods`() throws {
        var question = try Question()
        question.tags = ["nginx:latest": [Self.third]]
        question.recorded = ["web": Self.first]
        question.state = ImageFixture.state(["web": ImageFixture.memory(good: Self.first)])
        let verdict = try #require(try question.verdict())
        guard case .restart(let changes, _) = verdict.action else {
            Issue.record("expected a restart, got \(String(describing: verdict.action))")
            return
        }
        #expect(changes.map(\.from) == [Self.first] && changes.map(\.to) == [Self.third])
    }

    @Test func `R14: a digest that was rolled out is not rolled out again, however it fared`() throws {
        var question = try Question()
        question.recorded = ["web": Self.second]
        question.pods = [try ImageFixture.pod(["web": Self.first])]
        for bad in [[], [Self.second]] {
            question.state = ImageFixture.state(["web": ImageFixture.memory(good: Self.first, bad: bad)])
            #expect(try question.verdict()?.action == nil)
        }
    }

    @Test(arguments: [
        ([1, 2, 1] as [Int?], false), ([1, 2, 1, 1], true), ([1, 2, nil, 1], false), ([1, 2, nil, 1, 1], true),
        ([1, 2, 1, nil, 1], false), ([1, 2, 1, 2], false), ([1, 2, 1, 2, 2], true), ([3, 2], true), ([2], true),
        ([nil, 2], true), ([1, nil, 2], true), ([1, 2, 3], true), ([1, 2, 3, 1], false),
    ])
    func `R10: a digest that comes back is looked at twice`(polls: [Int?], isDue: Bool) throws {
        var question = try Question()
        question.pods = [try ImageFixture.pod(["web": ImageFixture.digest(7)])]
        question.tags = ["nginx:latest": polls.map { $0.map(ImageFixture.digest) }]
        let verdict = try #require(try question.verdict())
        #expect((verdict.action != nil) == isDue)
        #expect(verdict.states == [.waiting])
    }

    @Test func `R10: a process that has just started looks twice at the digest that was rolled away from`() throws {
        var question = try Question()
        question.recorded = ["web": Self.second]
        question.pods = [try ImageFixture.pod(["web": Self.second])]
        let ending = RolloutState.Ending(
            from: "\(Self.first)",
            to: "\(Self.second)",
            at: ImageFixture.noon.addingTimeInterval(-3000).ISO8601Format(),
            result: "completed"
        )
        question.state = ImageFixture.state(["web": ImageFixture.memory(good: Self.second, last: ending)])
        question.tags = ["nginx:latest": [Self.first]]
        #expect(try question.verdict()?.action == nil)
        question.tags = ["nginx:latest": [Self.first, Self.first]]
        #expect(try question.verdict()?.restarts == ["web": Self.first])
    }

    /// A start time, and whether the next rollout may come a minute and a second after noon.
    @Test(arguments: [
        ("", true), ("yesterday", true), ("2027-01-15T08:00:00Z", true), ("2027-01-15T08:00:02Z", false),
        ("2027-01-15T08:01:01Z", false), ("2027-01-15T08:01:02Z", true), ("2099-01-01T00:00:00Z", true),
    ])
    func `a rollout waits an interval after the one before, but not for a clock that was set back`(
        startedAt: String,
        isDue: Bool
    ) throws {
        var question = try Question()
        question.now = ImageFixture.noon.addingTimeInterval(61)
        question.state = ImageFixture.state(["web": ImageFixture.memory()])
        question.state.startedAt = startedAt
        #expect((try question.verdict()?.action != nil) == isDue)
    }

    @Test func `a digest that ran well without us is the good one, not an older one that we brought`() throws {
        var question = try Question()
        question.recorded = ["web": Self.first]
        question.state = ImageFixture.state(["web": ImageFixture.memory(good: Self.first)])
        question.pods = [try ImageFixture.pod(["web": Self.second])]
        question.tags = ["nginx:latest": [Self.second, Self.third]]
        let next = try #require(try question.verdict()?.next)
        #expect(next.containers["web"]?.good == "\(Self.second)")
    }

    @Test func `a digest that failed once and is well now can be gone back to`() throws {
        var question = try Question()
        question.recorded = ["web": Self.second]
        question.state = ImageFixture.state(["web": ImageFixture.memory(good: Self.first, bad: [Self.second])])
        question.pods = [try ImageFixture.pod(["web": Self.second])]
        question.tags = ["nginx:latest": [Self.second, Self.third]]
        let container = try #require(try question.verdict()?.next?.containers["web"])
        #expect(container.good == "\(Self.second)" && container.bad.isEmpty)
    }

    @Test func `the window that is open lets a rollout begin`() throws {
        var question = try Question()
        question.policy.windows = try ["Sat 10:00-11:00", "Fri 08:00-08:01"].map { try #require(RolloutWindow($0)) }
        #expect(try question.verdict()?.restarts == ["web": Self.second])
        question.now = ImageFixture.noon.addingTimeInterval(60)
        #expect(try question.verdict()?.action == nil)
    }
}
