// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import ClusterStore
import KubeObjects
import TestKit
import Testing

@testable import ClusterControllers

@Suite(.timeLimit(.minutes(2))) struct GarbageCollectionTests {
    private func waitForPods(_ cluster: RunningControllers) async throws {
        try cluster.createDeployment()
        try await eventually("two ready pods") {
            cluster.pods().count == 2 && cluster.pods().allSatisfy { $0.json.hasCondition("Ready") }
        }
    }

    private func count(_ resource: ControllerResource, _ cluster: RunningControllers) -> Int {
        cluster.client.list(resource.groupResource, namespace: "shop").count
    }

    @Test(arguments: [DeletionPropagation.background, .foreground])
    func `deleting an owner deletes all below it`(propagation: DeletionPropagation) async throws {
        try await RunningControllers.run { cluster in
            try await waitForPods(cluster)
            let key = ControllerResource.deployments.key("shop", "web")
            try cluster.client.delete(key, propagation: propagation)
            if propagation == .foreground {
                let leaving = try #require(cluster.client.object(key))
                #expect(leaving.finalizers == ["foregroundDeletion"])
            }
            try await eventually("nothing is left") {
                count(.replicaSets, cluster) == 0 && count(.pods, cluster) == 0
                    && cluster.client.object(key) == nil
            }
        }
    }

    @Test func `orphaned dependents stay and are adopted by the next owner`() async throws {
        try await RunningControllers.run { cluster in
            try await waitForPods(cluster)
            let pods = Set(cluster.pods().compactMap(\.uid))
            let key = ControllerResource.deployments.key("shop", "web")
            try cluster.client.delete(key, propagation: .orphan)
            try await eventually("the deployment is gone") { cluster.client.object(key) == nil }
            let set = try #require(
                cluster.client.list(ControllerResource.replicaSets.groupResource, namespace: "shop").first
            )
            #expect(set.ownerReferences.isEmpty)
            let next = try cluster.createDeployment()
            try await cluster.eventually(.deployments, "web", "available") { $0.hasCondition("Available") }
            let adopted = try #require(cluster.object(.replicaSets, set.name))
            #expect(adopted.controllerReference?.uid == next.uid)
            #expect(Set(cluster.pods().compactMap(\.uid)) == pods)
        }
    }

    @Test func `an object that names a dead owner beside a living one keeps the living one`() async throws {
        try await RunningControllers.run { cluster in
            func create(_ name: String, owners: [JSON] = []) throws -> KubeObject {
                try cluster.client.create([
                    "apiVersion": "v1", "kind": "ConfigMap",
                    "metadata": [
                        "name": .string(name), "namespace": "shop", "ownerReferences": .array(owners),
                    ],
                ])
            }
            func reference(_ object: KubeObject) -> JSON {
                [
                    "apiVersion": "v1", "kind": "ConfigMap", "name": .string(object.name),
                    "uid": .string(object.uid ?? ""),
                ]
            }
            let (one, two) = (try create("one"), try create("two"))
            let child = try create("child", owners: [reference(one), reference(two)])
            let grandchild = try create("grandchild", owners: [reference(child)])
            try cluster.client.delete(ControllerResource.configMaps.key("shop", "one"))
            try await cluster.eventually(.configMaps, "child", "one owner left") {
                $0.items(at: "metadata", "ownerReferences").map { $0["name"]?.string } == ["two"]
            }
            try cluster.client.delete(ControllerResource.configMaps.key("shop", "two"))
            try await eventually("child and grandchild are gone") {
                cluster.object(.configMaps, "child") == nil && cluster.object(.configMaps, grandchild.name) == nil
            }
        }
    }

    @Test func `a namespace goes with all that is in it`() async throws {
        try await RunningControllers.run { cluster in
            try await waitForPods(cluster)
            let key = ControllerResource.namespaces.key("", "shop")
            try cluster.client.delete(key)
            #expect(cluster.client.object(key)?.status?["phase"] == "Terminating")
            try await eventually("the namespace is gone") { cluster.client.object(key) == nil }
            let left = cluster.client.resources.all.filter(\.isNamespaced)
                .flatMap { cluster.client.list($0.groupResource, namespace: "shop") }
            #expect(left.isEmpty)
        }
    }

    @Test func `a namespace is furnished with a service account and the root certificates`() async throws {
        try await RunningControllers.run { cluster in
            try await eventually("both are there") {
                cluster.object(.serviceAccounts, "default") != nil
                    && cluster.object(.configMaps, "kube-root-ca.crt") != nil
            }
            try cluster.client.delete(ControllerResource.serviceAccounts.key("shop", "default"))
            try await eventually("the account is there again") { cluster.object(.serviceAccounts, "default") != nil }
        }
    }
}
