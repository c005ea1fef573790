// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

@testable import ClusterControllers

@Suite(.timeLimit(.minutes(2))) struct WorkloadTests {
    private static func workload(_ kind: String, _ name: String, _ spec: JSON, image: String = "nginx:1") -> JSON {
        var full = spec
        full["selector"] = ["matchLabels": ["app": .string(name)]]
        full["template"] = RunningControllers.template(app: name, image: image)
        return [
            "apiVersion": "apps/v1", "kind": .string(kind),
            "metadata": ["name": .string(name), "namespace": "shop"], "spec": full,
        ]
    }

    private static func job(_ spec: JSON, image: String = "busybox:1", restartPolicy: String = "Never") -> JSON {
        var full = spec
        full["template"] = [
            "spec": [
                "restartPolicy": .string(restartPolicy),
                "containers": [["name": "c", "image": .string(image)]],
            ]
        ]
        return [
            "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "once", "namespace": "shop"], "spec": full,
        ]
    }

    @Test func `a stateful set numbers its pods and updates them from the top`() async throws {
        try await RunningControllers.run { cluster in
            let spec: JSON = ["replicas": 3, "serviceName": "db"]
            try cluster.client.create(WorkloadTests.workload("StatefulSet", "db", spec))
            let first = try await cluster.eventually(.statefulSets, "db", "three ready") {
                $0.int(at: "status", "readyReplicas") == 3 && $0.int(at: "status", "updatedReplicas") == 3
            }
            #expect(Set(cluster.pods(of: "db").map(\.name)) == ["db-0", "db-1", "db-2"])
            let key = ControllerResource.statefulSets.key("shop", "db")
            try cluster.client.mutate(key) {
                $0[["spec", "updateStrategy"]] = ["type": "RollingUpdate", "rollingUpdate": ["partition": 2]]
                $0[["spec", "template"]] = RunningControllers.template(app: "db", image: "nginx:2")
            }
            let partial = try await cluster.eventually(.statefulSets, "db", "one updated") {
                $0.int(at: "status", "updatedReplicas") == 1 && $0.int(at: "status", "readyReplicas") == 3
                    && $0.int(at: "status", "currentReplicas") == 2
            }
            #expect(partial.status?["currentRevision"] == first.status?["updateRevision"])
            #expect(partial.status?["updateRevision"] != first.status?["updateRevision"])
            try cluster.client.mutate(key) { $0[["spec", "updateStrategy", "rollingUpdate", "partition"]] = 0 }
            try await cluster.eventually(.statefulSets, "db", "all updated") {
                $0.int(at: "status", "updatedReplicas") == 3 && $0.int(at: "status", "readyReplicas") == 3
                    && $0["status"]?["currentRevision"] == $0["status"]?["updateRevision"]
            }
        }
    }

    @Test func `a daemon set runs one pod on the node and replaces it`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.client.create(WorkloadTests.workload("DaemonSet", "agent", [:]))
            @Sendable func isReady(_ set: JSON) -> Bool {
                set.int(at: "status", "numberAvailable") == 1 && set.int(at: "status", "updatedNumberScheduled") == 1
                    && set.int(at: "status", "observedGeneration") == set.int(at: "metadata", "generation")
            }
            try await cluster.eventually(.daemonSets, "agent", "available", isReady)
            let old = cluster.pods(of: "agent").first?.uid
            try cluster.client.mutate(ControllerResource.daemonSets.key("shop", "agent")) {
                $0[["spec", "template"]] = RunningControllers.template(app: "agent", image: "nginx:2")
            }
            try await cluster.eventually(.daemonSets, "agent", "updated") {
                isReady($0) && $0.int(at: "metadata", "generation") == 2
            }
            #expect(cluster.pods(of: "agent").first?.uid != old)
        }
    }

    @Test func `a daemon set whose node selector fits no node is content with none`() async throws {
        try await RunningControllers.run { cluster in
            var set = WorkloadTests.workload("DaemonSet", "agent", [:])
            set[["spec", "template", "spec", "nodeSelector"]] = ["disk": "none"]
            try cluster.client.create(set)
            try await cluster.eventually(.daemonSets, "agent", "observed") {
                $0.int(at: "status", "observedGeneration") == 1 && $0.int(at: "status", "desiredNumberScheduled") == 0
            }
        }
    }

    @Test func `a job completes when its pods have succeeded`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.client.create(WorkloadTests.job(["completions": 3, "parallelism": 2]))
            let done = try await cluster.eventually(.jobs, "once", "complete") { $0.hasCondition("Complete") }
            #expect(done.status?["succeeded"] == 3)
            #expect(done.status?["completionTime"] != nil)
            #expect(done.status?["active"] == nil)
        }
    }

    @Test func `a job whose pods fail ends at its backoff limit`() async throws {
        try await RunningControllers.run { cluster in
            cluster.images.setFailure(.crash, of: "busybox:crash")
            try cluster.client.create(WorkloadTests.job(["backoffLimit": 2], image: "busybox:crash"))
            let failed = try await cluster.eventually(.jobs, "once", "failed") { $0.hasCondition("Failed") }
            #expect(failed.json.condition("Failed")?["reason"] == "BackoffLimitExceeded")
            #expect(failed.status?["failed"] == 3)
        }
    }

    @Test func `a finished job goes when its time to live is over`() async throws {
        try await RunningControllers.run { cluster in
            try cluster.client.create(WorkloadTests.job(["ttlSecondsAfterFinished": 0]))
            try await eventually("the job and its pod are gone") {
                let pods = cluster.client.list(ControllerResource.pods.groupResource, namespace: "shop")
                return cluster.object(.jobs, "once") == nil && pods.isEmpty
            }
        }
    }

    @Test func `a container that crashes backs off`() async throws {
        let delays = ControllerDelays(podStart: .milliseconds(5), backOff: .milliseconds(20))
        try await RunningControllers.run(delays: delays) { cluster in
            cluster.images.setFailure(.crash, of: "nginx:crash")
            try cluster.createDeployment(replicas: 1, image: "nginx:crash")
            try await eventually("several restarts") {
                guard let pod = cluster.pods().first else { return false }
                let summary = PodSummary(pod.json)
                return summary.reason == "CrashLoopBackOff" && summary.restarts > 2
            }
            cluster.images.setFailure(nil, of: "nginx:crash")
            try await cluster.eventually(.deployments, "web", "available after all") { $0.hasCondition("Available") }
        }
    }

    @Test func `a pod that fits no node says why`() async throws {
        try await RunningControllers.run { cluster in
            var pod: JSON = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "lost", "namespace": "shop"]]
            pod["spec"] = ["nodeSelector": ["disk": "none"], "containers": [["name": "c", "image": "nginx:1"]]]
            try cluster.client.create(pod)
            let waiting = try await cluster.eventually(.pods, "lost", "unschedulable") {
                $0.condition("PodScheduled")?["reason"]?.string == "Unschedulable"
            }
            let message = waiting.json.condition("PodScheduled")?["message"]?.string ?? ""
            #expect(message.hasPrefix("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."))
            try cluster.client.mutate(ControllerResource.nodes.key("", EmbeddedNode.name)) {
                $0[["metadata", "labels", "disk"]] = "none"
            }
            try await cluster.eventually(.pods, "lost", "running once the node fits") { $0.hasCondition("Ready") }
        }
    }

    @Test func `a pod waits for the secret that it mounts`() async throws {
        try await RunningControllers.run { cluster in
            var pod: JSON = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "vault", "namespace": "shop"]]
            pod["spec"] = [
                "containers": [["name": "c", "image": "nginx:1"]],
                "volumes": [["name": "keys", "secret": ["secretName": "keys"]]],
            ]
            try cluster.client.create(pod)
            try await eventually("an event names the secret") {
                cluster.client.list(ControllerResource.events.groupResource, namespace: "shop").contains {
                    $0.json["message"]?.string?.hasSuffix("secret \"keys\" not found") == true
                }
            }
            try cluster.client.create([
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "keys", "namespace": "shop"],
            ])
            try await cluster.eventually(.pods, "vault", "running") { $0.hasCondition("Ready") }
        }
    }

    @Test func `an image's digest may change between two starts`() async throws {
        try await RunningControllers.run { cluster in
            let (one, two) = (
                "sha256:" + String(repeating: "1", count: 64), "sha256:" + String(repeating: "2", count: 64)
            )
            cluster.images.setDigest(one, of: "nginx")
            try cluster.createDeployment(replicas: 1, image: "nginx:latest")
            func digest() -> String? {
                cluster.pods().first?.json.items(at: "status", "containerStatuses").first?["imageID"]?.string
            }
            try await eventually("the first digest") { digest() == "docker.io/library/nginx@\(one)" }
            cluster.images.setDigest(two, of: "nginx:latest")
            #expect(digest() == "docker.io/library/nginx@\(one)")
            let annotation = ["spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt"]
            try cluster.client.mutate(ControllerResource.deployments.key("shop", "web")) {
                $0[annotation] = "2026-01-02T03:04:05Z"
            }
            try await eventually("the second digest") { digest() == "docker.io/library/nginx@\(two)" }
        }
    }
}
