// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import SyncRecord
import Testing

@testable import SyncImages

/// How a container of which nothing is to be done stands, and why.
struct PlannerStandingTests {
    /// What is remarkable about the question, and how the container stands then.
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let state: ImageState
        var detail = ""
        let change: @Sendable (inout Question) throws -> Void

        var testDescription: String { name }
    }

    private static let (first, second) = (ImageFixture.first, ImageFixture.second)

    static let rows: [Row] = [
        Row(name: "never asked", state: .unknown, detail: "not asked yet") { $0.tags = [:] },
        Row(name: "the pods run what the tag says", state: .current) { $0.tags = ["nginx:latest": [first]] },
        Row(name: "recorded by the last rollout, whatever the pods show", state: .current) {
            $0.recorded = ["web": second]
        },
        Row(name: "recorded by the last rollout, and no pods", state: .current) {
            $0.recorded = ["web": second]
            $0.pods = []
        },
        Row(name: "the registry cannot be reached", state: .unreadable, detail: "no connection") {
            $0.tags = ["nginx:latest": [first, second, nil]]
        },
        Row(name: "the registry was never reached", state: .unreadable, detail: "no connection") {
            $0.tags = ["nginx:latest": [nil, nil]]
        },
        Row(name: "the pods could not be read", state: .unreadable, detail: "the pods could not be read") {
            $0.pods = nil
        },
        Row(name: "no pod has started", state: .idle, detail: "no pod has started yet") { $0.pods = [] },
        Row(name: "the pods have no image yet", state: .idle, detail: "no pod has started yet") {
            $0.pods = [try ImageFixture.pod()]
        },
        Row(name: "no pods are wanted", state: .idle, detail: "no pods are wanted") {
            $0.pods = []
            $0.edit = { $0[["spec", "replicas"]] = 0 }
        },
        Row(name: "a CronJob that does not run", state: .idle, detail: "no run is to be seen") {
            $0.kind = "CronJob"
            $0.pods = []
        },
        Row(name: "only pods that are being deleted", state: .idle, detail: "no pod has started yet") {
            $0.pods = [
                try ImageFixture.pod(["web": first]) { $0[["metadata", "deletionTimestamp"]] = "2027-01-01T00:00:00Z" }
            ]
        },
        Row(name: "only pods that have failed", state: .idle, detail: "no pod has started yet") {
            $0.pods = [try ImageFixture.pod(["web": first]) { $0[["status", "phase"]] = "Failed" }]
        },
        Row(name: "paused", state: .blocked, detail: "it is paused (spec.paused); resume it") {
            $0.edit = { $0[["spec", "paused"]] = true }
        },
        Row(name: "OnDelete", state: .blocked, detail: "update strategy is OnDelete") {
            $0.kind = "DaemonSet"
            $0.edit = { $0[["spec", "updateStrategy", "type"]] = "OnDelete" }
        },
        Row(name: "a window that is closed", state: .waiting, detail: "it waits for Sat 10:00-11:00") {
            $0.policy.windows = [try #require(RolloutWindow("Sat 10:00-11:00"))]
        },
        Row(name: "a rollout a moment ago", state: .waiting, detail: "the last rollout is too fresh") {
            $0.state = ImageFixture.state(["web": ImageFixture.memory()], startedAt: $0.now.addingTimeInterval(-59))
        },
        Row(name: "a rollout this very second", state: .waiting, detail: "the last rollout is too fresh") {
            $0.state = ImageFixture.state(["web": ImageFixture.memory()], startedAt: $0.now)
        },
        Row(name: "held", state: .held, detail: "held by ada") { $0.order = Question.order(.hold, after: -5) },
        Row(name: "held, and nothing new", state: .held, detail: "nothing new is there") {
            $0.tags = ["nginx:latest": [first]]
            $0.order = Question.order(.hold, after: -5)
        },
        Row(name: "held before paused", state: .held) {
            $0.order = Question.order(.hold, after: -5)
            $0.edit = { $0[["spec", "paused"]] = true }
        },
        Row(name: "failed here before", state: .quarantined, detail: "sternpost images release") {
            $0.state = ImageFixture.state(["web": ImageFixture.memory(bad: [second])])
        },
        Row(name: "failed here before, and held", state: .quarantined) {
            $0.state = ImageFixture.state(["web": ImageFixture.memory(bad: [second])])
            $0.order = Question.order(.hold, after: 0)
        },
    ]

    @Test(arguments: rows)
    func `a container of which nothing is to be done says why`(_ row: Row) throws {
        var question = try Question()
        try row.change(&question)
        let verdict = try #require(try question.verdict())
        #expect(verdict.action == nil)
        #expect(verdict.states == [row.state])
        let detail = verdict.containers[0].detail
        #expect(row.detail.isEmpty || detail.contains(row.detail), "\(detail)")
    }

    @Test(arguments: [
        (RegistryError.Reason.tagMissing, ImageState.missing), (.repositoryMissing, .missing), (.denied, .unreadable),
        (.rateLimited, .unreadable), (.backingOff(until: .distantFuture), .unreadable), (.serverError, .unreadable),
        (.unreachable, .unreadable), (.timeout, .unreadable), (.tls, .unreadable), (.badAnswer, .unreadable),
        (.unsupported, .unreadable), (.tooLarge, .unreadable), (.untrusted, .unreadable), (.busy, .unreadable),
        (.configuration, .unreadable), (.cancelled, .unreadable),
    ])
    func `R3: a tag that is gone, or a registry that cannot answer, moves nothing`(
        reason: RegistryError.Reason,
        state: ImageState
    ) throws {
        let question = try Question()
        let workload = try #require(try question.workload)
        let image = try ImageReference("nginx:latest")
        var sighting = try ImageFixture.sighting([Self.first, Self.second])
        sighting.see(.failure(RegistryError(reason: reason, message: "says \(reason)")), at: question.now)
        let knowledge = RolloutPlanner.Knowledge(pods: question.pods, sightings: [image: sighting])
        let verdict = RolloutPlanner(policy: question.policy, now: question.now).verdict(on: workload, knowledge)
        #expect(verdict.action == nil && verdict.states == [state])
        #expect(verdict.containers[0].registry == Self.second, "what was known before is still shown")
        #expect(verdict.containers[0].detail.hasPrefix("says "))
    }

    @Test(arguments: [false, true])
    func `R4: a pod that shows the digest of a platform or of the configuration runs the tag's image`(
        isConfig: Bool
    ) throws {
        let question = try Question()
        let workload = try #require(try question.workload)
        let shown = ImageFixture.digest(9)
        let pod = try ImageFixture.pod { json in
            json[["status", "containerStatuses"]] = [
                [
                    "name": "web",
                    "imageID": .string(isConfig ? "docker://\(shown)" : "docker.io/library/nginx@\(shown)"),
                ]
            ]
        }
        let reading = try ImageFixture.reading(
            Self.second,
            platforms: isConfig ? [] : [shown, ImageFixture.digest(8)],
            configs: isConfig ? [shown] : []
        )
        let knowledge = RolloutPlanner.Knowledge(
            pods: [pod],
            sightings: [reading.image: TagSighting(.success(reading), at: question.now)]
        )
        let verdict = RolloutPlanner(policy: question.policy, now: question.now).verdict(on: workload, knowledge)
        #expect(verdict.action == nil && verdict.states == [.current])
        #expect(verdict.containers[0].running == [shown])
    }

    @Test(arguments: ["IfNotPresent", "Never"])
    func `R15: a restart that may bring the old image back is explained instead of done`(policy: String) throws {
        var question = try Question()
        question.edit = { json in
            json[["spec", "template", "spec", "containers"]] = [
                ["name": "web", "image": "nginx:latest", "imagePullPolicy": .string(policy)]
            ]
        }
        let verdict = try #require(try question.verdict())
        #expect(verdict.action == nil && verdict.states == [.blocked])
        #expect(verdict.containers[0].detail.contains("imagePullPolicy is \(policy)"))
        #expect(verdict.containers[0].detail.contains("set it to Always"))
    }
}
