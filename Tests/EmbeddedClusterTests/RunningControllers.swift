// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects
import TestKit
import Testing

@testable import ClusterControllers
@testable import EmbeddedCluster

/// A cluster without its network, whose controllers run while a test's body runs.
struct RunningControllers: Sendable {
    let client: LocalClient
    let images: ImageCatalog

    /// Runs `body` beside the controllers, in a namespace `shop`.
    static func run(
        delays: ControllerDelays = ControllerDelays(podStart: .milliseconds(10), podStop: .milliseconds(5)),
        _ body: @escaping @Sendable (RunningControllers) async throws -> Void
    ) async throws {
        let machinery = APIMachinery(store: ObjectStore())
        let client = machinery.client(as: "test")
        let images = ImageCatalog()
        let tree = ControllerTree(
            client: client,
            services: machinery.preparation.services,
            images: images,
            delays: delays
        )
        for name in ["default", "kube-system", "kube-node-lease", "shop"] {
            try client.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        }
        try tree.bootstrap()
        try await withThrowingTaskGroup { group in
            group.addTask { await tree.run() }
            group.addTask { await TerminationLoop(machinery: machinery).run() }
            group.addTask { try await body(RunningControllers(client: client, images: images)) }
            // The body ends first: the loops run until they are cancelled.
            try await group.next()
            group.cancelAll()
        }
    }

    /// The object of `shop` with this name, as `ControllerResource` names its resource.
    func object(_ resource: ControllerResource, _ name: String) -> KubeObject? {
        client.object(resource.key("shop", name))
    }

    func pods(of label: String = "web") -> [KubeObject] {
        client.list(ControllerResource.pods.groupResource, namespace: "shop")
            .filter { $0.label("app") == label && !$0.isBeingDeleted }
    }

    /// Waits until an object of `shop` is as the condition says, and returns it.
    @discardableResult
    func eventually(
        _ resource: ControllerResource,
        _ name: String,
        _ what: String,
        _ condition: @Sendable (JSON) -> Bool
    ) async throws -> KubeObject {
        do {
            try await TestKit.eventually("\(resource.gvk.kind) \(name): \(what)") {
                object(resource, name).map { condition($0.json) } ?? false
            }
        } catch {
            Issue.record("\(object(resource, name)?.json.prettyText ?? "\(name) is absent")")
            throw error
        }
        return try #require(object(resource, name))
    }

    /// Applies a Deployment `web` and returns it.
    @discardableResult
    func createDeployment(replicas: Int64 = 2, image: String = "nginx:1", spec: JSON = [:]) throws -> KubeObject {
        var full = spec
        full["replicas"] = .int(replicas)
        full["selector"] = ["matchLabels": ["app": "web"]]
        full["template"] = RunningControllers.template(image: image)
        return try client.create([
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
            "spec": full,
        ])
    }

    static func template(app: String = "web", image: String = "nginx:1") -> JSON {
        [
            "metadata": ["labels": ["app": .string(app)]],
            "spec": ["containers": [["name": "c", "image": .string(image)]]],
        ]
    }
}
