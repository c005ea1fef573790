// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncObserve
import SyncPlan
import Testing

@testable import SyncImages

/// How rollouts under way are judged, look by look, by a clock that the test turns.
struct RolloutWatchTests {
    private static let (first, second) = (ImageFixture.first, ImageFixture.second)

    /// What a container is doing.
    enum Doing: Sendable {
        case well, starting, crashing, unpullable, unnamed

        var state: JSON {
            switch self {
            case .well: ["running": .object(JSONObject())]
            case .starting: ["waiting": ["reason": "ContainerCreating"]]
            case .crashing: ["waiting": ["reason": "CrashLoopBackOff"]]
            case .unpullable: ["waiting": ["reason": "ImagePullBackOff", "message": "not found"]]
            case .unnamed: ["waiting": ["reason": "InvalidImageName"]]
            }
        }
    }

    private struct Rollout {
        var watch = RolloutWatch(patience: .seconds(20), deadline: .seconds(300))
        var kind = "Deployment"
        var isWell = false
        var startedAt = ImageFixture.noon
        let start = ContinuousClock.now
        var edit: (inout JSON) -> Void = { _ in }

        func pod(_ doing: Doing, name: String = "web-abc-1", edit: (inout JSON) -> Void = { _ in }) throws -> PodImages
        {
            try ImageFixture.pod(name: name, rolled: ["web": RolloutWatchTests.second]) { json in
                json[["metadata", "annotations", RolloutState.restartedAt]] = .string(startedAt.ISO8601Format())
                json[["status", "containerStatuses"]] = [["name": "web", "state": doing.state]]
                json[["status", "phase"]] = doing == .well || doing == .crashing ? "Running" : "Pending"
                json[["status", "conditions"]] = [
                    ["type": "Ready", "status": .string(doing == .well ? "True" : "False")]
                ]
                edit(&json)
            }
        }

        var workload: FollowedWorkload {
            get throws {
                let state = ImageFixture.state(
                    ["web": ImageFixture.memory(good: RolloutWatchTests.first, trying: RolloutWatchTests.second)],
                    phase: .rolling,
                    startedAt: startedAt
                )
                let object = try ImageFixture.object(kind: kind, state: state) { json in
                    json["status"] = ImageFixture.health(kind, isWell: isWell)
                    edit(&json)
                }
                return try #require(FollowedWorkload(object, policy: ImagePolicy()))
            }
        }

        mutating func look(_ seconds: Double, _ pods: [PodImages]) throws -> RolloutProgress {
            watch.look(at: try workload, pods: pods, now: start + .seconds(seconds))
        }
    }

    private func isUnderWay(_ progress: RolloutProgress) -> Bool {
        if case .underWay(let text) = progress { return !text.isEmpty }
        return false
    }

    private func failure(_ progress: RolloutProgress) -> (reason: String, culprits: Set<String>)? {
        if case .failed(let reason, let culprits) = progress { return (reason, culprits) }
        return nil
    }

    @Test(arguments: ["Deployment", "StatefulSet", "DaemonSet"])
    func `a workload that stays well for a moment is complete`(kind: String) throws {
        var scene = Rollout(kind: kind)
        #expect(isUnderWay(try scene.look(0, [scene.pod(.starting)])))
        scene.isWell = true
        #expect(isUnderWay(try scene.look(2, [scene.pod(.well)])))
        #expect(try scene.look(12, [scene.pod(.well)]) == .complete)
    }

    @Test func `an image that starts and then crashes is never complete, although its pod is ready now and then`()
        throws
    {
        var scene = Rollout()
        // Ready for two seconds of every ten: without a readiness probe that is what a crash loop looks like.
        for second in stride(from: 0.0, to: 290, by: 2) {
            let isUp = Int(second) % 10 == 0
            scene.isWell = isUp
            let progress = try scene.look(second, [scene.pod(isUp ? .well : .crashing)])
            #expect(progress != .complete, "after \(second) s")
        }
        scene.isWell = false
        let reason = try #require(failure(try scene.look(301, [scene.pod(.crashing)])))
        #expect(reason.culprits == ["web"])
    }

    @Test(arguments: [Doing.crashing, .unpullable])
    func `R14: a crash loop, or an image that cannot be pulled, is waited for a while`(doing: Doing) throws {
        var scene = Rollout()
        #expect(isUnderWay(try scene.look(0, [scene.pod(.starting)])))
        #expect(isUnderWay(try scene.look(5, [scene.pod(doing)])))
        #expect(isUnderWay(try scene.look(24.9, [scene.pod(doing)])))
        let lost = try #require(failure(try scene.look(25, [scene.pod(doing)])))
        #expect(lost.reason.hasPrefix("pod web-abc-1: container web: ") && lost.culprits == ["web"])
    }

    @Test func `a container that runs for a moment between two crashes is not forgiven`() throws {
        var scene = Rollout()
        #expect(isUnderWay(try scene.look(0, [scene.pod(.crashing)])))
        let between = try scene.pod(.well) { $0[["status", "conditions"]] = [["type": "Ready", "status": "False"]] }
        #expect(isUnderWay(try scene.look(10, [between])))
        #expect(failure(try scene.look(20, [scene.pod(.crashing)])) != nil)
    }

    @Test func `a pod that was well is forgiven`() throws {
        var scene = Rollout()
        #expect(isUnderWay(try scene.look(0, [scene.pod(.crashing)])))
        #expect(isUnderWay(try scene.look(10, [scene.pod(.well)])))
        #expect(isUnderWay(try scene.look(20, [scene.pod(.crashing)])))
        #expect(isUnderWay(try scene.look(39, [scene.pod(.crashing)])))
        #expect(failure(try scene.look(40, [scene.pod(.crashing)])) != nil)
    }

    @Test func `what cannot end by itself is not waited for`() throws {
        var scene = Rollout()
        #expect(failure(try scene.look(0, [scene.pod(.unnamed)]))?.culprits == ["web"])
    }

    @Test func `pods of before, and pods that are being deleted, are not judged`() throws {
        var scene = Rollout()
        let old = try ImageFixture.pod(name: "web-old-1", rolled: ["web": Self.first]) { json in
            json[["status", "containerStatuses"]] = [["name": "web", "state": Doing.crashing.state]]
        }
        let leaving = try scene.pod(.crashing, name: "web-abc-2") { json in
            json[["metadata", "deletionTimestamp"]] = "2027-01-01T00:00:00Z"
        }
        for second in stride(from: 0.0, to: 299, by: 20) {
            #expect(isUnderWay(try scene.look(second, [old, leaving])))
        }
    }

    @Test func `pods of an earlier try of the same digest are not judged`() throws {
        var scene = Rollout(kind: "CronJob", startedAt: ImageFixture.noon)
        let failed = try (1...3).map { number in
            try scene.pod(.crashing, name: "web-\(number)") { json in
                json[["status", "phase"]] = "Failed"
                json[["metadata", "annotations", RolloutState.restartedAt]] = "2027-01-15T07:00:00Z"
            }
        }
        #expect(isUnderWay(try scene.look(0, failed)))
    }

    @Test func `pods that a person restarted meanwhile are judged`() throws {
        var scene = Rollout()
        for second in [0.0, 19] {
            let pod = try scene.pod(.crashing) { json in
                json[["metadata", "annotations", RolloutState.restartedAt]] = "2027-01-15T09:01:00+01:00"
            }
            #expect(isUnderWay(try scene.look(second, [pod])))
        }
        let pod = try scene.pod(.crashing) { $0[["metadata", "annotations", RolloutState.restartedAt]] = "soon" }
        #expect(failure(try scene.look(20, [pod])) != nil)
    }

    @Test func `pods that do not become ready end the rollout at its deadline`() throws {
        var scene = Rollout()
        let unready = try scene.pod(.well) { $0[["status", "conditions"]] = [["type": "Ready", "status": "False"]] }
        #expect(isUnderWay(try scene.look(0, [unready])))
        #expect(isUnderWay(try scene.look(299, [unready])))
        let lost = try #require(failure(try scene.look(300, [unready])))
        #expect(lost.reason == "not ready within 5 min 0 s: pod web-abc-1: runs but is not ready")
        #expect(lost.culprits.isEmpty)
    }

    @Test func `a rollout that a person has paused is not failing`() throws {
        var scene = Rollout()
        #expect(isUnderWay(try scene.look(0, [])))
        scene.edit = { $0[["spec", "paused"]] = true }
        #expect(isUnderWay(try scene.look(1000, [])))
        scene.edit = { _ in }
        #expect(isUnderWay(try scene.look(1200, [])))
        #expect(failure(try scene.look(1300, [])) != nil)
    }

    @Test func `a controller that gives up ends the rollout at once`() throws {
        var scene = Rollout()
        scene.edit = { json in
            json[["status", "conditions"]] = [
                ["type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"]
            ]
        }
        let lost = try #require(failure(try scene.look(0, [])))
        #expect(lost.reason == "ProgressDeadlineExceeded: late" && lost.culprits.isEmpty)
    }

    @Test func `a status of before the patch completes nothing`() throws {
        var scene = Rollout(isWell: true)
        scene.edit = { $0[["metadata", "generation"]] = 4 }
        for second in [0.0, 100, 200] { #expect(isUnderWay(try scene.look(second, []))) }
    }

    @Test func `each rollout has a deadline of its own, and those that are over are forgotten`() throws {
        var scene = Rollout()
        #expect(isUnderWay(try scene.look(0, [])))
        scene.startedAt = ImageFixture.noon.addingTimeInterval(290)
        #expect(isUnderWay(try scene.look(310, [])))
        scene.watch.keep(only: [try scene.workload])
        #expect(failure(try scene.look(610, [])) != nil)
        scene.watch.keep(only: [])
        #expect(isUnderWay(try scene.look(620, [])))
    }

    /// A CronJob's pods, and what they say of the rollout.
    enum Verdict: Sendable { case underWay, complete, failed }

    @Test(
        arguments: [
            ([], .underWay), (["Running"], .underWay), (["Succeeded"], .complete), (["Failed"], .underWay),
            (["Failed", "Failed"], .failed), (["Failed", "Failed", "Succeeded"], .complete),
            (["Failed", "Running"], .underWay),
        ] as [([String], Verdict)]
    )
    func `a CronJob shows at its runs what the image is good for`(phases: [String], verdict: Verdict) throws {
        var scene = Rollout(kind: "CronJob")
        let pods = try phases.enumerated().map { index, phase in
            try scene.pod(.well, name: "web-\(index)") { $0[["status", "phase"]] = .string(phase) }
        }
        let progress = try scene.look(100_000, pods)
        switch verdict {
        case .underWay: #expect(isUnderWay(progress))
        case .complete: #expect(progress == .complete)
        case .failed: #expect(failure(progress) != nil)
        }
        #expect(isUnderWay(try scene.look(200_000, [])), "there is no deadline until the next run")
    }

    @Test(arguments: [Doing.crashing, .unpullable])
    func `a CronJob whose image cannot be pulled, or crashes in place, has failed after a while`(doing: Doing) throws {
        var scene = Rollout(kind: "CronJob")
        #expect(isUnderWay(try scene.look(0, [scene.pod(doing)])))
        let lost = try #require(failure(try scene.look(20, [scene.pod(doing)])))
        #expect(lost.culprits == ["web"])
    }

    @Test func `a CronJob with an image that has no valid name fails at once`() throws {
        var scene = Rollout(kind: "CronJob")
        #expect(failure(try scene.look(0, [scene.pod(.unnamed)])) != nil)
    }
}
