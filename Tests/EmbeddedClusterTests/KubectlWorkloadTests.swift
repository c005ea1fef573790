// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

/// kubectl's commands on workloads that run: rollouts, pods, services.
@Suite(.timeLimit(.minutes(5))) struct KubectlWorkloadTests {
    private static func deployment(_ image: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: \(image)}]
        """
    }

    @Test func `a deployment rolls out, restarts and scales`() async throws {
        try await withCluster { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.deployment("nginx:1.27"))
            let first = try await kubectl(cluster, "rollout", "status", "deploy/web", "--timeout=60s")
            #expect(first.output.hasSuffix("deployment \"web\" successfully rolled out\n"), "\(first.errors)")
            let restarted = try await kubectl(cluster, "rollout", "restart", "deploy/web")
            #expect(restarted.output == "deployment.apps/web restarted\n", "\(restarted.errors)")
            let second = try await kubectl(cluster, "rollout", "status", "deploy/web", "--timeout=60s")
            #expect(second.status == 0, "\(second.errors)")
            let scaled = try await kubectl(cluster, "scale", "deploy/web", "--replicas=3")
            #expect(scaled.status == 0, "\(scaled.errors)")
            let waited = try await kubectl(cluster, "wait", "--for=condition=Available", "deploy/web", "--timeout=60s")
            #expect(waited.output == "deployment.apps/web condition met\n", "\(waited.errors)")
            let history = try await kubectl(cluster, "rollout", "history", "deploy/web")
            #expect(history.output.contains("2"), "\(history.errors)")
            let undone = try await kubectl(cluster, "rollout", "undo", "deploy/web")
            #expect(undone.status == 0, "\(undone.errors)")
        }
    }

    @Test func `pods are listed, described, logged and deleted`() async throws {
        try await withCluster { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.deployment("nginx:1.27"))
            _ = try await kubectl(cluster, "rollout", "status", "deploy/web", "--timeout=60s")
            let pods = try await kubectl(cluster, "get", "pods", "-l", "app=web", "-o", "name")
            let names = pods.output.split(separator: "\n").map(String.init)
            #expect(names.count == 2)
            let name = names.first ?? ""
            let described = try await kubectl(cluster, "describe", name)
            #expect(described.output.contains("Status:           Running"), "\(described.errors)")
            let logs = try await kubectl(cluster, "logs", name)
            #expect(logs.status == 0, "\(logs.errors)")
            let deleted = try await kubectl(cluster, "delete", name, "--timeout=60s")
            #expect(deleted.status == 0, "\(deleted.errors)")
            let again = try await kubectl(cluster, "wait", "--for=condition=Available", "deploy/web", "--timeout=60s")
            #expect(again.status == 0, "\(again.errors)")
        }
    }

    @Test func `an image that cannot be pulled keeps the rollout waiting`() async throws {
        var options = EmbeddedClusterOptions()
        options.images = ImageCatalog(failing: [("*broken*", .pull)])
        try await withCluster(options) { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.deployment("broken:1"))
            let status = try await kubectl(cluster, "rollout", "status", "deploy/web", "--timeout=2s")
            #expect(status.status == 1)
            let pods = try await kubectl(cluster, "get", "pods")
            #expect(pods.output.contains("ImagePull"), "\(pods.output)")
        }
    }

    @Test func `deleting a deployment takes its pods along, unless they are orphaned`() async throws {
        try await withCluster { cluster, _ in
            _ = try await kubectl(cluster, "apply", "-f", "-", input: Self.deployment("nginx:1.27"))
            _ = try await kubectl(cluster, "rollout", "status", "deploy/web", "--timeout=60s")
            let orphaned = try await kubectl(cluster, "delete", "deploy/web", "--cascade=orphan")
            #expect(orphaned.status == 0, "\(orphaned.errors)")
            let sets = try await kubectl(cluster, "get", "rs", "-o", "name")
            #expect(sets.output.hasPrefix("replicaset.apps/web-"))
            let set = sets.output.split(separator: "\n").first.map(String.init) ?? ""
            let deleted = try await kubectl(cluster, "delete", set, "--cascade=foreground", "--timeout=60s")
            #expect(deleted.status == 0, "\(deleted.errors)")
            let waited = try await kubectl(cluster, "wait", "--for=delete", "pods", "-l", "app=web", "--timeout=60s")
            #expect(waited.status == 0, "\(waited.errors)")
        }
    }
}
