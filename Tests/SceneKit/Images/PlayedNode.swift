// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging

/// Plays a scheduler and a kubelet, for clusters that have none: the pods of some namespaces run on a node that it
/// registers. Images are pulled from real registries; an image whose command is `false` crashes.
///
/// It is stopped, and leaves nothing behind, at the end of ``running(in:of:_:)``.
package actor PlayedNode {
    private static let pause: Duration = .milliseconds(60)
    /// A node that does not renew its Lease is taken for dead after 40 seconds.
    private static let renewal: Duration = .seconds(8)
    static let manager = "played-node"

    package nonisolated let name: String
    package nonisolated let images: NodeImages
    private let namespaces: [String]
    private let client: KubeClient
    private var pods: [String: PlayedPod] = [:]
    private var renewedAt: ContinuousClock.Instant?
    private var isHolding = false
    /// Pods that were ready before readiness was held back.
    private var readyBefore: Set<String> = []

    private init(name: String, namespaces: [String], client: KubeClient) {
        self.name = name
        self.namespaces = namespaces
        self.client = client
        images = NodeImages(client: client)
    }

    /// Registers a node, plays while `body` runs, and removes the node.
    ///
    /// - Parameters:
    ///   - namespaces: Whose pods run here; they need not exist yet.
    ///   - client: A cluster administrator.
    ///   - body: The test.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or registering the node.
    package static func running<Result: Sendable>(
        in namespaces: [String],
        of client: KubeClient,
        _ body: (PlayedNode) async throws -> Result
    ) async throws -> Result {
        let node = PlayedNode(name: "\(namespaces.first ?? "")-node", namespaces: namespaces, client: client)
        try await node.register()
        do {
            let result = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await node.play() }
                defer { group.cancelAll() }
                return try await body(node)
            }
            try await node.leave()
            return result
        } catch {
            try? await node.leave()
            throw error
        }
    }

    /// From now on new pods run and are not ready, until ``letReady()``.
    package func holdReadiness() { isHolding = true }

    /// Pods that run are ready again.
    package func letReady() { isHolding = false }

    // MARK: the node

    private func register() async throws {
        let node = try KubeObject([
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(name),
                "labels": ["kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux"],
            ],
        ])
        _ = try await client.create(node, in: CoreResources.nodes, fieldManager: PlayedNode.manager)
        let room: JSON = ["cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "1000"]
        let now = JSON.string(Date.now.ISO8601Format())
        let status: JSON = [
            "capacity": room, "allocatable": room,
            "conditions": [
                [
                    "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "played",
                    "lastHeartbeatTime": now, "lastTransitionTime": now,
                ]
            ],
        ]
        _ = try await client.patch(
            CoreResources.nodes,
            namespace: "",
            name: name,
            type: .merge,
            body: ["status": status],
            fieldManager: PlayedNode.manager,
            subresource: "status"
        )
    }

    private func renew() async {
        guard renewedAt.map({ $0.duration(to: .now) > PlayedNode.renewal }) ?? true else { return }
        renewedAt = .now
        let time = JSON.string("\(Date.now.ISO8601Format().dropLast()).000000Z")
        guard
            let lease = try? KubeObject([
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": ["name": .string(name), "namespace": "kube-node-lease"],
                "spec": ["holderIdentity": .string(name), "leaseDurationSeconds": 40, "renewTime": time],
            ])
        else { return }
        _ = try? await client.apply(lease, to: CoreResources.leases, fieldManager: PlayedNode.manager)
    }

    private func leave() async throws {
        // Nobody else would end them, and their namespace could not go.
        for namespace in namespaces {
            for pod in try await client.list(CoreResources.pods, namespace: namespace).objects
            where pod.spec?["nodeName"]?.string == name {
                _ = try await client.delete(
                    CoreResources.pods,
                    namespace: namespace,
                    name: pod.name,
                    uid: pod.uid ?? "",
                    propagation: .background,
                    gracePeriod: 0
                )
            }
        }
        for (resource, space) in [(CoreResources.leases, "kube-node-lease"), (CoreResources.nodes, "")] {
            guard let object = try await client.get(resource, namespace: space, name: name) else { continue }
            _ = try await client.delete(
                resource,
                namespace: space,
                name: name,
                uid: object.uid ?? "",
                propagation: .background
            )
        }
    }

    // MARK: its pods

    private func play() async {
        while !Task.isCancelled {
            await renew()
            var seen: Set<String> = []
            for namespace in namespaces {
                guard let list = try? await client.list(CoreResources.pods, namespace: namespace) else { continue }
                for pod in list.objects {
                    seen.insert(pod.uid ?? "")
                    await play(pod)
                }
            }
            pods = pods.filter { seen.contains($0.key) }
            do { try await Task.sleep(for: PlayedNode.pause) } catch { return }
        }
    }

    /// Does the next thing with a pod. Whatever the API server refuses is tried again at the next look.
    private func play(_ pod: KubeObject) async {
        guard let uid = pod.uid else { return }
        guard let place = pod.spec?["nodeName"]?.string, !place.isEmpty else { return await bind(pod) }
        guard place == name else { return }
        var run = pods[uid] ?? PlayedPod(pod)
        if pod.deletionTimestamp != nil {
            run.stop()
            await write(&run, of: pod)
            pods[uid] = run
            _ = try? await client.delete(
                CoreResources.pods,
                namespace: pod.namespace,
                name: pod.name,
                uid: uid,
                propagation: .background,
                gracePeriod: 0
            )
            return
        }
        if !["Succeeded", "Failed"].contains(pod.status?["phase"]?.string ?? "") {
            await run.advance(pod, images)
            await write(&run, of: pod)
        }
        pods[uid] = run
    }

    private func bind(_ pod: KubeObject) async {
        guard pod.deletionTimestamp == nil,
            let binding = try? KubeObject([
                "apiVersion": "v1", "kind": "Binding",
                "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace)],
                "target": ["apiVersion": "v1", "kind": "Node", "name": .string(name)],
            ])
        else { return }
        // The embedded cluster has a scheduler of its own, and does not know bindings.
        _ = try? await client.create(binding, in: CoreResources.bindings, fieldManager: PlayedNode.manager)
    }

    private func write(_ run: inout PlayedPod, of pod: KubeObject) async {
        let uid = pod.uid ?? ""
        let status = run.status(mayBeReady: !isHolding || readyBefore.contains(uid))
        guard status != run.written else { return }
        do {
            _ = try await client.patch(
                CoreResources.pods,
                namespace: pod.namespace,
                name: pod.name,
                type: .merge,
                body: ["status": status],
                fieldManager: PlayedNode.manager,
                subresource: "status"
            )
            run.written = status
            if status["conditions"]?.array?.last?["status"] == "True" { readyBefore.insert(uid) }
        } catch {
            problems.append("\(pod.name): \(error)")
            problems = Array(problems.suffix(20))
        }
    }

    /// What the API server refused lately, for messages of tests.
    package private(set) var problems: [String] = []
}
