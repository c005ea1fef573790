// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import SyncRecord
import Testing

@testable import SyncImages

/// How rollouts end: well, taken back, lost, or overtaken by git.
struct PlannerEndingTests {
    private static let (first, second, third) = (ImageFixture.first, ImageFixture.second, ImageFixture.third)
    private static let failure = RolloutProgress.failed("pod web-abc-1: crash loop", culprits: [])

    private func ending(_ verdict: WorkloadVerdict?) throws -> RolloutEnding {
        guard case .conclude(_, let ending) = try #require(verdict).action else {
            struct NoEnding: Error {}
            throw NoEnding()
        }
        return ending
    }

    @Test(arguments: [nil, RolloutProgress.underWay("0 of 1 replicas are updated")])
    func `a rollout under way is left alone, whatever the registry says`(progress: RolloutProgress?) throws {
        for tags in [[Self.third], [nil], [Self.second, Self.first]] as [[ImageDigest?]] {
            var question = try Question.rolling(progress)
            question.tags = ["nginx:latest": tags]
            let verdict = try #require(try question.verdict())
            #expect(verdict.action == nil && verdict.states == [.rolling])
            #expect(!verdict.containers[0].detail.isEmpty)
        }
    }

    @Test func `a pin that a sync has written over while a rollout is undone is set again`() throws {
        var state = RolloutState()
        state.phase = .undoing
        state.startedAt = "2027-01-15T07:59:00Z"
        var web = RolloutState.Container(image: "nginx:latest")
        (web.good, web.trying, web.pin) = ("\(Self.first)", "\(Self.first)", "\(Self.first)")
        web.bad = ["\(Self.second)"]
        state.containers["web"] = web
        let planner = RolloutPlanner(policy: ImagePolicy(), now: ImageFixture.noon)
        for (image, isSetAgain) in [
            ("nginx:latest", true), ("nginx:latest@\(Self.first)", false), ("nginx:stable", false),
        ] {
            let object = try ImageFixture.object(["web=\(image)"], state: state)
            guard let workload = FollowedWorkload(object, policy: ImagePolicy()) else { continue }
            let verdict = planner.verdict(on: workload, .init(progress: .underWay("")))
            guard case .undo(let changes, let next, _) = verdict.action else {
                #expect(!isSetAgain, "\(image)")
                continue
            }
            #expect(isSetAgain && changes.map(\.to) == [Self.first], "\(image)")
            #expect(next.containers == state.containers && next.phase == .undoing)
            let body = RolloutPatch.body(for: workload, try #require(verdict.action))
            let containers = body[["spec", "template", "spec", "containers"]]
            #expect(containers == [["name": "web", "image": .string("nginx:latest@\(Self.first)")]])
        }
    }

    @Test func `a rollout that is complete makes its digest the good one`() throws {
        let question = try Question.rolling(.complete)
        let verdict = try #require(try question.verdict())
        guard case .completed(let changes) = try ending(verdict) else {
            Issue.record("expected completion, got \(String(describing: verdict.action))")
            return
        }
        #expect(changes.map(\.from) == [Self.first] && changes.map(\.to) == [Self.second])
        let next = try #require(verdict.next)
        #expect(next.phase == nil)
        let container = try #require(next.containers["web"])
        #expect(container.good == "\(Self.second)" && container.trying == nil && container.pin == nil)
        #expect(container.last?.result == "completed" && container.last?.at == question.now.ISO8601Format())
        #expect(container.last?.from == "\(Self.first)" && container.last?.to == "\(Self.second)")
    }

    @Test func `a tag that moved again before the pods pulled it makes good what they run`() throws {
        var question = try Question.rolling(.complete)
        question.tags = ["nginx:latest": [Self.first, Self.second, Self.third]]
        question.pods = [try ImageFixture.pod(["web": Self.third], rolled: ["web": Self.second])]
        #expect(try question.verdict()?.next?.containers["web"]?.good == "\(Self.third)")
    }

    @Test func `a rollout that no pod has seen proves nothing`() throws {
        var question = try Question.rolling(.complete)
        question.pods = []
        let next = try #require(try question.verdict()?.next)
        #expect(next.phase == nil && next.containers["web"]?.good == "\(Self.first)")
    }

    @Test func `a rollout that fails is taken back to the good digest, and the bad one is put away`() throws {
        let verdict = try #require(try Question.rolling(Self.failure).verdict())
        guard case .undo(let changes, let next, let reason) = verdict.action else {
            Issue.record("expected an undo, got \(String(describing: verdict.action))")
            return
        }
        #expect(changes.map(\.from) == [Self.second] && changes.map(\.to) == [Self.first])
        #expect(reason == "pod web-abc-1: crash loop" && next.phase == .undoing)
        let container = try #require(next.containers["web"])
        #expect(container.pin == "\(Self.first)" && container.trying == "\(Self.first)")
        #expect(container.bad == ["\(Self.second)"] && container.good == "\(Self.first)")
    }

    @Test func `undoing waits for no window and for no interval, and a hold does not stop it`() throws {
        var question = try Question.rolling(Self.failure)
        question.policy.windows = [try #require(RolloutWindow("Sat 10:00-11:00"))]
        question.state.startedAt = question.now.ISO8601Format()
        question.order = Question.order(.hold, after: 0)
        guard case .undo = try question.verdict()?.action else {
            Issue.record("expected an undo")
            return
        }
    }

    @Test(arguments: [
        ([], ["web", "side"]), (["side"], ["side"]), (["web", "side"], ["web", "side"]),
        (["stranger"], ["web", "side"]), (["stranger", "web"], ["web"]),
    ])
    func `all containers go back together, and only those to blame are put away`(
        culprits: [String],
        bad: [String]
    ) throws {
        var question = try Question()
        question.containers = ["web=nginx:latest", "side=proxy", "still=redis"]
        question.state = ImageFixture.state(
            [
                "web": ImageFixture.memory(good: Self.first, trying: Self.second),
                "side": ImageFixture.memory("proxy", good: Self.second, trying: Self.third),
                "still": ImageFixture.memory("redis", good: Self.first),
            ],
            phase: .rolling
        )
        question.progress = .failed("crash loop", culprits: Set(culprits))
        let verdict = try #require(try question.verdict())
        guard case .undo(let changes, let next, _) = verdict.action else {
            Issue.record("expected an undo, got \(String(describing: verdict.action))")
            return
        }
        #expect(changes.map(\.container) == ["web", "side"] && changes.map(\.to) == [Self.first, Self.second])
        #expect(next.containers.filter { !$0.value.bad.isEmpty }.keys.sorted() == bad.sorted())
        #expect(next.containers["still"] == question.state.containers["still"])
        #expect(verdict.states == [.rolling, .rolling, .current])
    }

    /// Why nothing can be taken back.
    struct NoWay: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let change: @Sendable (inout Question) -> Void
    }

    @Test(arguments: [
        NoWay(testDescription: "undo is off", text: "undo is off (spec.images.undo)") { $0.policy.undo = false },
        NoWay(testDescription: "no good digest", text: "no image is known that was well before") {
            $0.state.containers["web"]?.good = nil
        },
        NoWay(testDescription: "gone", text: "not in the registry any more") { $0.gone = [ImageFixture.first] },
        NoWay(testDescription: "the good one is what has failed", text: "no image is known that was well before") {
            $0.state.containers["web"]?.good = "\(ImageFixture.second)"
        },
        NoWay(testDescription: "the good one has failed before", text: "no image is known that was well before") {
            $0.state.containers["web"]?.bad = ["\(ImageFixture.first)"]
        },
        NoWay(testDescription: "one of two has no good digest", text: "no image is known that was well before") {
            $0.containers.append("side=proxy")
            $0.state.containers["side"] = ImageFixture.memory("proxy", trying: ImageFixture.third)
        },
    ])
    func `R14: a rollout that cannot be taken back is told of, and its digest is not tried again`(_ row: NoWay) throws {
        var question = try Question.rolling(Self.failure)
        row.change(&question)
        let verdict = try #require(try question.verdict())
        guard case .failed(_, let reason) = try ending(verdict) else {
            Issue.record("expected a failure, got \(String(describing: verdict.action))")
            return
        }
        #expect(reason.contains("crash loop; \(row.text)") || reason.contains(row.text), "\(reason)")
        let next = try #require(verdict.next)
        #expect(next.phase == nil && next.containers["web"]?.trying == nil && next.containers["web"]?.pin == nil)
        #expect(next.containers["web"]?.bad.last == "\(Self.second)")
        #expect(next.containers["web"]?.last?.result == "failed")
        question.state = next
        question.progress = nil
        #expect(try question.verdict()?.states.first == .quarantined)
        #expect(try question.verdict()?.action == nil)
    }

    @Test func `a workload that was changed in flight blames no image`() throws {
        let question = try Question.rolling(Self.failure)
        var knowledge = RolloutPlanner.Knowledge(pods: question.pods, progress: Self.failure)
        knowledge.isChanged = true
        let workload = try #require(try question.workload)
        let verdict = RolloutPlanner(policy: question.policy, now: question.now).verdict(on: workload, knowledge)
        guard case .failed(_, let reason) = try ending(verdict) else {
            Issue.record("expected a failure, got \(String(describing: verdict.action))")
            return
        }
        #expect(reason.contains("the image is not blamed"))
        let container = try #require(verdict.next?.containers["web"])
        #expect(container.bad.isEmpty && container.pin == nil && container.good == "\(Self.first)")
    }

    private func undoing(_ progress: RolloutProgress?) throws -> Question {
        var question = try Question.rolling(progress)
        question.containers = ["web=nginx:latest@\(Self.first)"]
        question.state = ImageFixture.state(
            [
                "web": ImageFixture.memory(
                    good: Self.first,
                    trying: Self.first,
                    pin: Self.first,
                    bad: [Self.second]
                )
            ],
            phase: .undoing
        )
        return question
    }

    @Test func `an undo that is complete leaves the pin, and says what failed`() throws {
        let verdict = try #require(try undoing(.complete).verdict())
        guard case .undone(let changes) = try ending(verdict) else {
            Issue.record("expected an undone rollout, got \(String(describing: verdict.action))")
            return
        }
        #expect(changes.map(\.from) == [Self.second] && changes.map(\.to) == [Self.first])
        #expect(verdict.states == [.undoing])
        let container = try #require(verdict.next?.containers["web"])
        #expect(container.pin == "\(Self.first)" && container.good == "\(Self.first)" && container.trying == nil)
        #expect(container.last?.result == "undone" && container.last?.from == "\(Self.second)")
    }

    @Test func `an undo that fails is not undone`() throws {
        let verdict = try #require(try undoing(Self.failure).verdict())
        guard case .failed(_, let reason) = try ending(verdict) else {
            Issue.record("expected a failure, got \(String(describing: verdict.action))")
            return
        }
        #expect(reason.hasPrefix("the last good image is not well either"))
        #expect(verdict.next?.phase == nil && verdict.next?.containers["web"]?.pin == "\(Self.first)")
    }

    @Test(arguments: [RolloutState.Phase.rolling, .undoing])
    func `git that changes the image in flight ends the rollout`(phase: RolloutState.Phase) throws {
        var question = try phase == .rolling ? Question.rolling(Self.failure) : undoing(Self.failure)
        question.containers = ["web=nginx:1.27"]
        let verdict = try #require(try question.verdict())
        #expect(try ending(verdict) == .overtaken)
        #expect(verdict.next?.phase == nil && verdict.next?.containers.isEmpty == true)
    }

    @Test func `git that changes one of two images in flight leaves the other's rollout`() throws {
        var question = try Question.rolling(.complete)
        question.containers = ["web=nginx:latest", "side=proxy:2"]
        question.state.containers["side"] = ImageFixture.memory("proxy", good: Self.first, trying: Self.third)
        let verdict = try #require(try question.verdict())
        guard case .completed(let changes) = try ending(verdict) else {
            Issue.record("expected completion")
            return
        }
        #expect(changes.map(\.container) == ["web"])
        #expect(verdict.next?.containers["side"] == nil)
    }
}
