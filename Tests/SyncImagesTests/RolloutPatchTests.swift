// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import Testing

@testable import SyncImages

/// The bodies of patches, for every kind and every action.
struct RolloutPatchTests {
    private static let (first, second) = (ImageFixture.first, ImageFixture.second)

    private func change(_ container: String, to digest: ImageDigest) throws -> ImageChange {
        ImageChange(
            container: container,
            image: "nginx:latest",
            reference: try ImageReference("nginx:latest"),
            from: nil,
            to: digest,
            provenance: ImageProvenance()
        )
    }

    private func head(_ state: RolloutState) -> JSON {
        [
            "metadata": [
                "resourceVersion": "7", "annotations": [RolloutState.annotation: .string(state.text)],
            ]
        ]
    }

    @Test(arguments: ["Deployment", "StatefulSet", "DaemonSet", "CronJob"])
    func `a restart is one patch of the state, the restart mark and the digest, for one version`(kind: String) throws {
        let object = try ImageFixture.object(["web=nginx:latest", "db=mysql:8"], kind: kind)
        let workload = try #require(FollowedWorkload(object, policy: ImagePolicy()))
        let state = ImageFixture.state(["web": ImageFixture.memory(trying: Self.second)], phase: .rolling)
        let body = RolloutPatch.body(for: workload, .restart([try change("web", to: Self.second)], state: state))
        var expected = head(state)
        let template = (kind == "CronJob" ? ["spec", "jobTemplate"] : []) + ["spec", "template"]
        expected[template + ["metadata", "annotations"]] = [
            "kubectl.kubernetes.io/restartedAt": .string(state.startedAt ?? ""),
            "digest.sternpost.dev/web": .string("\(Self.second)"),
        ]
        #expect(body == expected)
    }

    @Test(arguments: ["Deployment", "StatefulSet", "DaemonSet", "CronJob"])
    func `an undo names the good digest in the image as well, and leaves the other containers`(kind: String) throws {
        let object = try ImageFixture.object(["*init=busybox", "web=nginx:latest", "side=proxy"], kind: kind)
        let workload = try #require(FollowedWorkload(object, policy: ImagePolicy()))
        let state = ImageFixture.state(
            [
                "init": ImageFixture.memory("busybox", trying: Self.first, pin: Self.first),
                "web": ImageFixture.memory(trying: Self.first, pin: Self.first),
            ],
            phase: .undoing
        )
        let changes = try ["init", "web"].map { try change($0, to: Self.first) }
        let body = RolloutPatch.body(for: workload, .undo(changes, state: state, reason: "crash loop"))
        let spec = body[(kind == "CronJob" ? ["spec", "jobTemplate"] : []) + ["spec", "template", "spec"]]
        #expect(
            spec == [
                "initContainers": [["name": "init", "image": .string("busybox@\(Self.first)")]],
                "containers": [["name": "web", "image": .string("nginx:latest@\(Self.first)")]],
            ]
        )
        #expect(body[["metadata", "resourceVersion"]] == "7")
    }

    @Test func `a restart that lifts a pin gives the container git's image back`() throws {
        let question = try Question.pinned()
        let workload = try #require(try question.workload)
        var state = question.state
        state.containers["web"]?.pin = nil
        let body = RolloutPatch.body(for: workload, .restart([try change("web", to: Self.second)], state: state))
        #expect(
            body[["spec", "template", "spec"]] == ["containers": [["name": "web", "image": "nginx:latest"]]]
        )
    }

    @Test func `what only notes something touches no template`() throws {
        let workload = try #require(try Question.pinned().workload)
        let state = ImageFixture.state([:])
        #expect(RolloutPatch.body(for: workload, .tidy(state: state)) == head(state))
        let endings: [RolloutEnding] = [
            .completed([try change("web", to: Self.first)]), .undone([try change("web", to: Self.first)]),
            .failed([try change("web", to: Self.first)], reason: "x"), .overtaken,
        ]
        for ending in endings {
            #expect(RolloutPatch.body(for: workload, .conclude(state: state, ending: ending)) == head(state))
        }
    }
}
