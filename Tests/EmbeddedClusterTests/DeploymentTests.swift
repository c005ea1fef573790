// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

@testable import ClusterControllers

/// Whether a Deployment's roll-out is complete, by the rules of `kubectl rollout status`.
private func isRolledOut(_ deployment: JSON) -> Bool {
    let wanted = deployment.int(at: "spec", "replicas")
    return deployment.int(at: "status", "observedGeneration") == deployment.int(at: "metadata", "generation")
        && deployment.int(at: "status", "updatedReplicas") == wanted
        && deployment.int(at: "status", "replicas") == wanted
        && deployment.int(at: "status", "availableReplicas") == wanted
        && deployment.condition("Progressing")?["reason"]?.string == "NewReplicaSetAvailable"
}

@Suite(.timeLimit(.minutes(2))) struct DeploymentTests {
    @Test func `a deployment becomes available through a replica set`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.createDeployment()
            let done = try await cluster.eventually(.deployments, "web", "rolled out", isRolledOut)
            #expect(done.generation == 1)
            #expect(done.annotation("deployment.kubernetes.io/revision") == "1")
            #expect(done.json.hasCondition("Available"))
            let sets = cluster.client.list(ControllerResource.replicaSets.groupResource, namespace: "shop")
            let set = try #require(sets.first)
            #expect(sets.count == 1)
            #expect(set.name == "web-\(set.label("pod-template-hash") ?? "")")
            #expect(set.controllerReference?.uid == done.uid)
            #expect(cluster.pods().count == 2)
            #expect(cluster.pods().allSatisfy { $0.json.string(at: "status", "phase") == "Running" })
            let statusManagers = done.managedFields.filter { $0.subresource == "status" }.map(\.manager)
            #expect(statusManagers == ["kube-controller-manager"])
        }
    }

    @Test func `a changed template rolls over to a new replica set and keeps the old one`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.createDeployment(replicas: 3)
            try await cluster.eventually(.deployments, "web", "rolled out", isRolledOut)
            let before = Set(cluster.pods().compactMap(\.uid))
            let key = ControllerResource.deployments.key("shop", "web")
            let restart = ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"]
            try cluster.client.mutate(key) { $0[restart] = "2026-01-02T03:04:05Z" }
            let done = try await cluster.eventually(.deployments, "web", "rolled out again") {
                isRolledOut($0) && $0.int(at: "metadata", "generation") == 2
            }
            #expect(done.annotation("deployment.kubernetes.io/revision") == "2")
            try await eventually("the old pods are gone") { cluster.pods().count == 3 }
            #expect(before.isDisjoint(with: cluster.pods().compactMap(\.uid)))
            let sets = cluster.client.list(ControllerResource.replicaSets.groupResource, namespace: "shop")
            #expect(Set(sets.map(\.replicas)) == [0, 3])
        }
    }

    @Test func `a rollback takes up the old replica set under a new revision`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.createDeployment(image: "nginx:1")
            try await cluster.eventually(.deployments, "web", "rolled out", isRolledOut)
            let key = ControllerResource.deployments.key("shop", "web")
            for (image, revision) in [("nginx:2", "2"), ("nginx:1", "3")] {
                try cluster.client.mutate(key) {
                    $0[["spec", "template"]] = RunningControllers.template(image: image)
                }
                try await cluster.eventually(.deployments, "web", "rolled out to \(image)") {
                    isRolledOut($0)
                        && $0.string(at: "metadata", "annotations", "deployment.kubernetes.io/revision") == revision
                }
            }
            #expect(cluster.client.list(ControllerResource.replicaSets.groupResource, namespace: "shop").count == 2)
        }
    }

    @Test func `scaling changes the pods and nothing else`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.createDeployment(replicas: 1)
            try await cluster.eventually(.deployments, "web", "rolled out", isRolledOut)
            let key = ControllerResource.deployments.key("shop", "web")
            for count in [4, 0, 2] as [Int64] {
                try cluster.client.mutate(key) { $0[["spec", "replicas"]] = .int(count) }
                try await eventually("\(count) pods") { cluster.pods().count == Int(count) }
            }
            try await cluster.eventually(.deployments, "web", "two available") {
                $0.int(at: "status", "availableReplicas") == 2
            }
            #expect(cluster.client.list(ControllerResource.replicaSets.groupResource, namespace: "shop").count == 1)
        }
    }

    @Test func `an image that cannot be pulled exceeds the progress deadline`() async throws {
        try await RunningControllers.run { cluster in
            cluster.images.setFailure(.pull, of: "*:broken")
            try cluster.createDeployment(image: "nginx:broken", spec: ["progressDeadlineSeconds": 1])
            let failed = try await cluster.eventually(.deployments, "web", "past its deadline") {
                $0.condition("Progressing")?["reason"]?.string == "ProgressDeadlineExceeded"
            }
            #expect(failed.json.condition("Progressing")?["status"] == "False")
            #expect(failed.json.condition("Available")?["status"] == "False")
            try await eventually("the pods wait for their image") {
                cluster.pods().allSatisfy { PodSummary($0.json).reason == "ImagePullBackOff" }
            }
            let events = cluster.client.list(ControllerResource.events.groupResource, namespace: "shop")
            #expect(events.contains { $0.json["message"] == "Error: ErrImagePull" && $0.json["type"] == "Warning" })
        }
    }

    @Test func `while paused a new template makes no new pods`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.createDeployment()
            try await cluster.eventually(.deployments, "web", "rolled out", isRolledOut)
            let key = ControllerResource.deployments.key("shop", "web")
            try cluster.client.mutate(key) {
                $0[["spec", "paused"]] = true
                $0[["spec", "template"]] = RunningControllers.template(image: "nginx:2")
            }
            try await cluster.eventually(.deployments, "web", "marked as paused") {
                $0.condition("Progressing")?["reason"]?.string == "DeploymentPaused"
                    && $0.int(at: "status", "observedGeneration") == 2
            }
            #expect(cluster.client.list(ControllerResource.replicaSets.groupResource, namespace: "shop").count == 1)
            try cluster.client.mutate(key) { $0[["spec", "paused"]] = nil }
            try await cluster.eventually(.deployments, "web", "rolled out when resumed", isRolledOut)
        }
    }

    @Test func `recreate ends the old pods before it starts new ones`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.createDeployment(spec: ["strategy": ["type": "Recreate"]])
            try await cluster.eventually(.deployments, "web", "rolled out", isRolledOut)
            let old = Set(cluster.pods().compactMap(\.uid))
            let key = ControllerResource.deployments.key("shop", "web")
            try cluster.client.mutate(key) {
                $0[["spec", "template"]] = RunningControllers.template(image: "nginx:2")
            }
            try await cluster.eventually(.deployments, "web", "rolled out again") {
                isRolledOut($0) && $0.int(at: "metadata", "generation") == 2
            }
            #expect(old.isDisjoint(with: cluster.pods().compactMap(\.uid)))
        }
    }
}
