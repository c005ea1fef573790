// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import SyncRecord
import Testing

@testable import SyncImages

/// What keeps a digest that has failed away, and what lets it in again.
struct PlannerQuarantineTests {
    private static let (first, second, third) = (ImageFixture.first, ImageFixture.second, ImageFixture.third)

    @Test func `a pinned workload stays as it is while the tag points to what failed`() throws {
        let verdict = try #require(try Question.pinned().verdict())
        #expect(verdict.action == nil && verdict.states == [.quarantined])
        #expect(verdict.containers[0].detail.contains("\(Self.first.shortText) runs instead"))
        #expect(verdict.containers[0].container.image == "nginx:latest")
    }

    @Test func `a tag that is back at the pinned digest starts no pod`() throws {
        var question = try Question.pinned()
        question.tags = ["nginx:latest": [Self.second, Self.first, Self.first]]
        let verdict = try #require(try question.verdict())
        #expect(verdict.action == nil && verdict.states == [.pinned])
    }

    @Test func `the next new digest lifts the pin, and the quarantine stays`() throws {
        var question = try Question.pinned()
        question.tags = ["nginx:latest": [Self.second, Self.third]]
        question.pods = nil
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == ["web": Self.third])
        let container = try #require(verdict.next?.containers["web"])
        #expect(container.pin == nil && container.trying == "\(Self.third)")
        #expect(container.good == "\(Self.first)" && container.bad == ["\(Self.second)"])
    }

    @Test(arguments: [(-3501.0, false), (-3499.0, true), (-1.0, true)])
    func `a release by a person lets a digest in that failed before it, and none that failed after it`(
        after: TimeInterval,
        isDue: Bool
    ) throws {
        var question = try Question.pinned()
        question.order = Question.order(.release, after: after)
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == (isDue ? ["web": Self.second] : [:]))
        #expect(verdict.states == [isDue ? .waiting : .quarantined])
        if isDue {
            let container = try #require(verdict.next?.containers["web"])
            #expect(container.bad.isEmpty && container.pin == nil && container.good == "\(Self.first)")
        }
    }

    @Test func `a hold releases nothing`() throws {
        var question = try Question.pinned()
        question.order = Question.order(.hold, after: 0)
        #expect(try question.verdict()?.states == [.quarantined])
        question.tags = ["nginx:latest": [Self.third]]
        #expect(try question.verdict()?.states == [.held])
        question.order = Question.order(.release, after: 0)
        #expect(try question.verdict()?.restarts == ["web": Self.third])
    }

    @Test func `a release ends a pin when the tag points to the pinned digest again`() throws {
        var question = try Question.pinned()
        question.tags = ["nginx:latest": [Self.first, Self.first]]
        question.order = Question.order(.release, after: 0)
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == ["web": Self.first])
        #expect(verdict.next?.containers["web"]?.pin == nil)
    }

    @Test func `an index that holds a digest which has failed is in quarantine, too`() throws {
        let question = try Question.pinned()
        let workload = try #require(try question.workload)
        let reading = try ImageFixture.reading(Self.third, platforms: [Self.second])
        let knowledge = RolloutPlanner.Knowledge(
            sightings: [reading.image: TagSighting(.success(reading), at: question.now)]
        )
        let verdict = RolloutPlanner(policy: question.policy, now: question.now).verdict(on: workload, knowledge)
        #expect(verdict.action == nil && verdict.states == [.quarantined])
    }

    @Test func `git that names another image ends the pin, and what is remembered of it is forgotten`() throws {
        var question = try Question.pinned()
        question.containers = ["web=nginx:stable"]
        question.policy.tags = try ["latest", "stable"].map { try #require(TagPattern($0)) }
        question.tags = ["nginx:stable": [Self.first]]
        let verdict = try #require(try question.verdict())
        #expect(verdict.action == .tidy(state: ImageFixture.state([:])))
        #expect(verdict.states == [.current])
    }

    @Test func `a pin that is not on the container any more is forgotten once, and the quarantine stays`() throws {
        var question = try Question.pinned()
        question.containers = ["web=nginx:latest"]
        guard case .tidy(let next) = try question.verdict()?.action else {
            Issue.record("expected to tidy up")
            return
        }
        #expect(next.containers["web"]?.pin == nil && next.containers["web"]?.bad == ["\(Self.second)"])
        question.state = next
        let verdict = try #require(try question.verdict())
        #expect(verdict.action == nil && verdict.states == [.quarantined])
    }

    @Test(arguments: [
        "nginx:latest", "other:latest@\(ImageFixture.first)", "nginx:latest@\(ImageFixture.second)",
        "evil.example.com/nginx:latest@\(ImageFixture.first)",
    ])
    func `only the image of git with the pinned digest counts as pinned`(image: String) throws {
        var question = try Question.pinned()
        question.containers = ["web=\(image)", "side=proxy"]
        let workload = try #require(try question.workload)
        #expect(workload.containers.allSatisfy { $0.pin == nil })
    }

    @Test func `a container whose tag is not followed any more keeps its pin and its quarantine`() throws {
        var question = try Question.pinned()
        question.containers.append("side=proxy:edge")
        question.policy.tags = [try #require(TagPattern("edge"))]
        question.tags = ["proxy:edge": [Self.first, Self.second]]
        question.pods = [try ImageFixture.pod(["web": Self.first, "side": Self.first])]
        let verdict = try #require(try question.verdict())
        #expect(verdict.restarts == ["side": Self.second])
        #expect(verdict.next?.containers["web"] == question.state.containers["web"])
    }
}
