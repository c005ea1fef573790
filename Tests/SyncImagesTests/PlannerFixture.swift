// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import SyncRecord

@testable import SyncImages

/// One question to the planner: a workload that runs the first digest, of which the tag has moved to the second.
struct Question {
    var containers = ["web=nginx:latest"]
    var kind = "Deployment"
    var state = RolloutState()
    var recorded: [String: ImageDigest] = [:]
    var pods: [PodImages]?
    var tags: [String: [ImageDigest?]] = ["nginx:latest": [ImageFixture.first, ImageFixture.second]]
    var policy = ImagePolicy()
    var now = ImageFixture.noon
    var order: ImageOrder?
    var progress: RolloutProgress?
    var gone: Set<ImageDigest> = []
    var edit: @Sendable (inout JSON) -> Void = { _ in }

    init() throws { pods = [try ImageFixture.pod(["web": ImageFixture.first])] }

    var workload: FollowedWorkload? {
        get throws {
            FollowedWorkload(
                try ImageFixture.object(
                    containers,
                    kind: kind,
                    state: state == RolloutState() ? nil : state,
                    recorded: recorded,
                    edit: edit
                ),
                policy: policy
            )
        }
    }

    func verdict() throws -> WorkloadVerdict? {
        var knowledge = RolloutPlanner.Knowledge(
            pods: pods,
            sightings: try ImageFixture.sightings(tags),
            order: order,
            progress: progress
        )
        knowledge.gone = gone
        return try workload.map { RolloutPlanner(policy: policy, now: now).verdict(on: $0, knowledge) }
    }

    /// A rollout of the second digest is under way.
    static func rolling(_ progress: RolloutProgress?, good: ImageDigest? = ImageFixture.first) throws -> Question {
        var question = try Question()
        question.state = ImageFixture.state(
            ["web": ImageFixture.memory(good: good, trying: ImageFixture.second)],
            phase: .rolling
        )
        question.recorded = ["web": ImageFixture.second]
        question.pods = [try ImageFixture.pod(["web": ImageFixture.second], rolled: ["web": ImageFixture.second])]
        question.progress = progress
        return question
    }

    /// The second digest has failed an hour ago, and the first runs by name.
    static func pinned() throws -> Question {
        var question = try Question()
        question.containers = ["web=nginx:latest@\(ImageFixture.first)"]
        question.state = ImageFixture.state([
            "web": ImageFixture.memory(
                good: ImageFixture.first,
                pin: ImageFixture.first,
                bad: [ImageFixture.second],
                last: .init(
                    from: "\(ImageFixture.second)",
                    to: "\(ImageFixture.first)",
                    at: ImageFixture.noon.addingTimeInterval(-3500).ISO8601Format(),
                    result: "undone"
                )
            )
        ])
        question.recorded = ["web": ImageFixture.first]
        return question
    }

    static func order(_ kind: ImageOrder.Kind, after seconds: TimeInterval) -> ImageOrder {
        ImageOrder(kind: kind, person: "ada", reason: "", at: ImageFixture.noon.addingTimeInterval(seconds))
    }
}
