// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import OCIRegistry
import SyncImages
import SyncLoop
import SyncObserve
import SyncPlan
import SyncRecord
import TestKit

/// A scene with a registry and a node that runs pods from it.
package struct ImageScene: Sendable {
    package let scene: Scene
    package let registry: RegistryServer
    package let node: PlayedNode

    /// `127.0.0.1:PORT/SCENE/app:latest`.
    package func image(_ name: String, tag: String? = "latest") -> String {
        "\(registry.host)/\(scene.namespace)/\(name)\(tag.map { ":\($0)" } ?? "")"
    }

    /// Makes an image and pushes it under the scene's own name.
    ///
    /// - Parameters:
    ///   - name: The repository's last part.
    ///   - content: Another text is another image.
    ///   - tag: Which tag moves.
    ///   - isBad: Whether its containers crash.
    ///   - platforms: More than one makes an index.
    ///   - attestation: A text about the build, which makes an index, too.
    /// - Returns: Its digests.
    /// - Throws: What making and pushing it throws.
    @discardableResult
    package func push(
        _ name: String,
        _ content: String,
        tag: String = "latest",
        isBad: Bool = false,
        platforms: [String] = ["linux/amd64"],
        attestation: String? = nil
    ) async throws -> RegistryImage.Pushed {
        let image = RegistryImage(
            content: content,
            platforms: platforms,
            command: [isBad ? "/bin/false" : "/bin/true"],
            attestation: attestation
        )
        return try await image.push(to: registry, repository: "\(scene.namespace)/\(name)", tag: tag)
    }

    /// The live workload; it must be there.
    package func live(_ kind: String, _ name: String) async throws -> KubeObject {
        let resource =
            switch kind {
            case "StatefulSet": CoreResources.statefulSets
            case "DaemonSet": CoreResources.daemonSets
            case "CronJob": CoreResources.cronJobs
            default: CoreResources.deployments
            }
        guard let object = try await scene.client.get(resource, namespace: scene.namespace, name: name) else {
            throw SceneFailure(description: "\(kind) \(name) is not there")
        }
        return object
    }

    /// How many pod templates a healthy workload has had.
    package func revision(_ kind: String, _ name: String) async throws -> Int64 {
        try await isHealthy(kind, name)
        return RolloutMarks(try await live(kind, name)).revision ?? 0
    }

    /// Waits until a workload is as its spec says.
    package func isHealthy(_ kind: String, _ name: String, within limit: Duration = .seconds(40)) async throws {
        do {
            try await eventually("\(kind) \(name) is healthy", within: limit) {
                Kstatus.status(of: try await live(kind, name)).status == .current
            }
        } catch let error as DeadlineExceeded {
            let verdict = Kstatus.status(of: try await live(kind, name))
            let pods = try await pods().map { "\($0.name): \($0.status?.text ?? "")" }
            throw SceneFailure(
                description: "\(error): \(verdict); pods: \(pods); node: \(await node.problems); \(scene.log.text)"
            )
        }
    }

    /// All pods of the scene.
    package func pods() async throws -> [KubeObject] {
        try await scene.client.list(CoreResources.pods, namespace: scene.namespace).objects
    }

    /// The pods whose name begins with a workload's and that are not being deleted.
    package func pods(of name: String) async throws -> [KubeObject] {
        try await pods().filter { $0.name.hasPrefix("\(name)-") && $0.deletionTimestamp == nil }
    }

    /// Which digests the containers of a workload's pods run now.
    package func running(_ name: String) async throws -> Set<String> {
        let pods = try await pods(of: name)
        let statuses = pods.flatMap { pod in
            ["initContainerStatuses", "containerStatuses"].flatMap { pod.status?[$0]?.array ?? [] }
        }
        return Set(statuses.compactMap { $0["imageID"]?.string?.split(separator: "@").last.map(String.init) })
    }

    /// Waits until all pods of a workload run one digest, and the workload is healthy.
    package func runs(_ kind: String, _ name: String, _ digest: String, within limit: Duration = .seconds(40))
        async throws
    {
        do {
            try await eventually("\(kind) \(name) runs \(digest)", within: limit) {
                guard try await running(name) == [digest] else { return false }
                return Kstatus.status(of: try await live(kind, name)).status == .current
            }
        } catch let error as DeadlineExceeded {
            let object = try await live(kind, name)
            throw SceneFailure(
                description: "\(error): runs \(try await running(name)), \(Kstatus.status(of: object)), "
                    + "\(object.annotation(RolloutState.annotation) ?? "no state"); \(await node.problems); "
                    + scene.log.text
            )
        }
    }

    /// Waits until no rollout of a workload is under way and what the state says holds.
    package func state(
        _ kind: String,
        _ name: String,
        _ what: String,
        within limit: Duration = .seconds(40),
        _ condition: (RolloutState) -> Bool
    ) async throws {
        do {
            try await eventually("\(kind) \(name): \(what)", within: limit) {
                condition(RolloutState(of: try await live(kind, name)))
            }
        } catch let error as DeadlineExceeded {
            let object = try await live(kind, name)
            throw SceneFailure(
                description: "\(error): \(object.annotation(RolloutState.annotation) ?? "no state"); "
                    + "\(Kstatus.status(of: object)); pods \(try await pods(of: name).map { $0.status?.text ?? "" });"
                    + scene.log.text
            )
        }
    }

    /// Waits until a rollout to a digest is complete and written down.
    package func completed(_ kind: String, _ name: String, _ digest: String, within limit: Duration = .seconds(40))
        async throws
    {
        try await state(kind, name, "rolled out to \(digest)", within: limit) { state in
            state.phase == nil
                && state.containers.values.contains { $0.last?.to == digest && $0.last?.result == "completed" }
        }
    }

    /// The runs of the history that are rollouts, oldest first, in full.
    package func rollouts() async throws -> [RunDetail] {
        var details: [RunDetail] = []
        for run in try await scene.history.runs(project: scene.project.name, limit: 1_000).reversed()
        where run.trigger == .image {
            if let detail = try await scene.history.detail(run.id) { details.append(detail) }
        }
        return details
    }
}

/// What of a workload a rollout changes: equal before and after when none has touched it.
package struct RolloutMarks: Sendable, Hashable {
    package let generation: Int64?
    /// Grows by one with each new pod template. A Deployment's generation counts changes of its annotations, too.
    package let revision: Int64?
    package let template: JSON?
    package let state: String?

    package init(_ object: KubeObject) {
        generation = object.generation
        let told = object.annotation("deployment.kubernetes.io/revision").flatMap { Int64($0) }
        revision = object.gvk.kind == "Deployment" ? told : object.generation
        template = PodTemplate.path(of: object.gvk.groupKind).flatMap { object.json[$0] }
        state = object.annotation(RolloutState.annotation)
    }

    /// What `kubectl rollout restart` writes.
    package var restartedAt: String? { template?["metadata"]?["annotations"]?[RolloutState.restartedAt]?.string }
}

/// Sets a scene with a registry and a node up, runs a test in it, and leaves nothing behind.
///
/// - Parameters:
///   - registry: The registry; nil for the suite's (`.sharedRegistry`).
///   - isEmbeddedOnly: Whether the test is one of the embedded cluster only.
///   - body: The test.
/// - Throws: What the test throws, and what starting or stopping its servers throws.
package func withImageScene(
    registry: RegistryServer? = nil,
    isEmbeddedOnly: Bool = false,
    _ body: (ImageScene) async throws -> Void
) async throws {
    guard let registry = registry ?? SharedRegistry.current else {
        throw SceneFailure(description: "the suite has no registry: @Suite(.sharedRegistry)")
    }
    var embedded = EmbeddedClusterOptions()
    embedded.playsNode = false
    embedded.denied = [DeniedAccess(verb: "delete", resource: "pods")]
    try await withScene(options: isEmbeddedOnly ? embedded : nil, embedded: embedded) { scene in
        try await PlayedNode.running(in: [scene.namespace], of: scene.client) { node in
            await node.images.trust(registry.caPEM, of: registry.host)
            try await body(ImageScene(scene: scene, registry: registry, node: node))
        }
    }
}
