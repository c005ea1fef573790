// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan

@testable import SyncImages

/// Builds workloads, pods and what registries say, out of a few words.
enum ImageFixture {
    static let first = digest(1)
    static let second = digest(2)
    static let third = digest(3)
    /// 2027-01-15 08:00:00 UTC, a Friday.
    static let noon = Date(timeIntervalSince1970: 1_800_000_000)

    static func digest(_ number: Int) -> ImageDigest { .sha256(of: Array("image \(number)".utf8)) }

    /// A live workload that is well: `containers` are `name=image`, those that begin with `*` are init containers.
    static func object(
        _ containers: [String] = ["web=nginx:latest"],
        kind: String = "Deployment",
        state: RolloutState? = nil,
        recorded: [String: ImageDigest] = [:],
        edit: (inout JSON) -> Void = { _ in }
    ) throws -> KubeObject {
        var lists: [String: [JSON]] = [:]
        for text in containers {
            let parts = text.drop { $0 == "*" }.split(separator: "=", maxSplits: 1).map(String.init)
            lists[text.hasPrefix("*") ? "initContainers" : "containers", default: []].append([
                "name": .string(parts[0]), "image": .string(parts[1]), "imagePullPolicy": "Always",
            ])
        }
        var template: JSON = ["metadata": ["labels": ["app": "web"]], "spec": .object(JSONObject())]
        for (key, list) in lists { template[["spec", key]] = .array(list) }
        for (name, digest) in recorded {
            template[["metadata", "annotations", RolloutState.digestPrefix + name]] = .string("\(digest)")
        }
        var json: JSON = [
            "apiVersion": kind == "CronJob" ? "batch/v1" : "apps/v1", "kind": .string(kind),
            "metadata": [
                "name": "web", "namespace": "shop", "uid": "uid-web", "resourceVersion": "7", "generation": 3,
            ],
            "spec": ["replicas": 1], "status": health(kind, isWell: true),
        ]
        json[(kind == "CronJob" ? ["spec", "jobTemplate"] : []) + ["spec", "template"]] = template
        if let state { json[["metadata", "annotations", RolloutState.annotation]] = .string(state.text) }
        edit(&json)
        return try KubeObject(json)
    }

    /// A status as controllers write it.
    static func health(_ kind: String, isWell: Bool, generation: Int64 = 3) -> JSON {
        let ready: JSON = isWell ? 1 : 0
        switch kind {
        case "Deployment":
            return [
                "observedGeneration": .int(generation), "replicas": 1, "updatedReplicas": 1,
                "availableReplicas": ready, "readyReplicas": ready,
                "conditions": [["type": "Available", "status": .string(isWell ? "True" : "False")]],
            ]
        case "StatefulSet":
            return [
                "observedGeneration": .int(generation), "replicas": 1, "readyReplicas": ready, "currentReplicas": 1,
                "updatedReplicas": 1, "currentRevision": "a", "updateRevision": "a",
            ]
        case "DaemonSet":
            return [
                "observedGeneration": .int(generation), "desiredNumberScheduled": 1, "currentNumberScheduled": 1,
                "updatedNumberScheduled": 1, "numberAvailable": ready, "numberReady": ready,
            ]
        default: return .object(JSONObject())
        }
    }

    /// What one pod of the Deployment `web` shows; `containers` are the digests that run.
    static func pod(
        _ containers: [String: ImageDigest] = [:],
        name: String = "web-abc-1",
        rolled: [String: ImageDigest] = [:],
        edit: (inout JSON) -> Void = { _ in }
    ) throws -> PodImages {
        var annotations = JSONObject()
        for (container, digest) in rolled { annotations[RolloutState.digestPrefix + container] = .string("\(digest)") }
        let statuses: [JSON] = containers.sorted { $0.key < $1.key }.map { container, digest in
            ["name": .string(container), "imageID": .string("docker.io/library/nginx@\(digest)"), "ready": true]
        }
        var json: JSON = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": "shop", "uid": .string("uid-\(name)"),
                "labels": ["pod-template-hash": "abc"], "annotations": .object(annotations),
                "ownerReferences": [
                    ["kind": "ReplicaSet", "name": "web-abc", "uid": "uid-set", "controller": true]
                ],
            ],
            "status": [
                "phase": "Running", "containerStatuses": .array(statuses),
                "conditions": [["type": "Ready", "status": "True"]],
            ],
        ]
        edit(&json)
        return PodImages(try KubeObject(json))
    }

    static func reading(
        _ digest: ImageDigest,
        _ image: String = "nginx:latest",
        platforms: Set<ImageDigest> = [],
        configs: Set<ImageDigest> = []
    ) throws -> TagReading {
        TagReading(
            image: try ImageReference(image),
            digest: digest,
            digests: platforms.union([digest]),
            platformDigests: platforms.isEmpty ? [digest] : platforms,
            configDigests: configs,
            mediaType: "application/vnd.oci.image.index.v1+json"
        )
    }

    /// What the polls of a tag have said, in this order; nil is a registry that cannot be reached.
    static func sighting(_ digests: [ImageDigest?], _ image: String = "nginx:latest") throws -> TagSighting {
        var sighting: TagSighting?
        for digest in digests {
            let result: Result<TagReading, RegistryError> =
                try digest.map { .success(try reading($0, image)) }
                ?? .failure(RegistryError(reason: .unreachable, message: "no connection"))
            if sighting == nil { sighting = TagSighting(result, at: noon) } else { sighting?.see(result, at: noon) }
        }
        return sighting ?? TagSighting(.failure(RegistryError(reason: .unreachable, message: "never asked")), at: noon)
    }

    static func sightings(_ tags: [String: [ImageDigest?]]) throws -> [ImageReference: TagSighting] {
        var all: [ImageReference: TagSighting] = [:]
        for (image, digests) in tags { all[try ImageReference(image)] = try sighting(digests, image) }
        return all
    }

    /// What a container remembers.
    static func memory(
        _ image: String = "nginx:latest",
        good: ImageDigest? = nil,
        trying: ImageDigest? = nil,
        pin: ImageDigest? = nil,
        bad: [ImageDigest] = [],
        last: RolloutState.Ending? = nil
    ) -> RolloutState.Container {
        var container = RolloutState.Container(image: image)
        container.good = good.map { "\($0)" }
        container.trying = trying.map { "\($0)" }
        container.pin = pin.map { "\($0)" }
        container.bad = bad.map { "\($0)" }
        container.last = last
        return container
    }

    static func state(
        _ containers: [String: RolloutState.Container],
        phase: RolloutState.Phase? = nil,
        startedAt: Date? = noon.addingTimeInterval(-3600)
    ) -> RolloutState {
        var state = RolloutState()
        state.containers = containers
        state.phase = phase
        state.startedAt = startedAt?.ISO8601Format()
        return state
    }
}

extension WorkloadVerdict {
    /// The containers' states, in the order of the template.
    var states: [ImageState] { containers.map(\.state) }

    /// `web→ab12…` of a restart; empty when it is not a restart.
    var restarts: [String: ImageDigest] {
        guard case .restart(let changes, _) = action else { return [:] }
        return Dictionary(changes.map { ($0.container, $0.to) }) { first, _ in first }
    }

    /// What a workload remembers after the action.
    var next: RolloutState? {
        switch action {
        case .restart(_, let state), .undo(_, let state, _), .conclude(let state, _), .tidy(let state): state
        case nil: nil
        }
    }
}
