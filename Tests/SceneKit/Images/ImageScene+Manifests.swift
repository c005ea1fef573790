// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncLoop
import SyncRecord

/// The workloads of image tests as YAML.
extension ImageScene {
    /// What is special about a workload.
    package struct Special: Sendable {
        package var replicas = 1
        /// Init containers: name and image.
        package var initContainers: [(name: String, image: String)] = []
        /// Nil leaves it to the API server.
        package var pullPolicy: String?
        /// The workload's annotations, as in a YAML flow mapping.
        package var annotations = ""
        /// More lines of the pod's spec.
        package var podSpec: [String] = []

        package init() {}
    }

    /// A workload whose containers have these names and images.
    ///
    /// - Parameters:
    ///   - kind: Deployment, StatefulSet, DaemonSet or CronJob.
    ///   - name: Its name.
    ///   - containers: Name and image.
    ///   - edit: What is special.
    /// - Returns: The manifest.
    package func workload(
        _ kind: String,
        _ name: String,
        _ containers: [(name: String, image: String)],
        edit: (inout Special) -> Void = { _ in }
    ) -> String {
        var special = Special()
        edit(&special)
        var lines = [
            "apiVersion: \(kind == "CronJob" ? "batch/v1" : "apps/v1")", "kind: \(kind)",
            "metadata: {name: \(name), namespace: \(scene.namespace), annotations: {\(special.annotations)}}", "spec:",
        ]
        if kind == "CronJob" {
            lines += ["  schedule: '* * * * *'", "  jobTemplate:", "    spec:", "      template:"]
        } else {
            if kind != "DaemonSet" { lines.append("  replicas: \(special.replicas)") }
            if kind == "StatefulSet" { lines.append("  serviceName: \(name)") }
            lines += ["  selector: {matchLabels: {app: \(name)}}", "  template:"]
        }
        let indent = kind == "CronJob" ? "        " : "    "
        var pod = ["metadata: {labels: {app: \(name)}}", "spec:"]
        if kind == "CronJob" { pod.append("  restartPolicy: Never") }
        // A shared cluster may have the nodes of other tests.
        if kind == "DaemonSet" { pod.append("  nodeSelector: {kubernetes.io/hostname: \(node.name)}") }
        for (list, members) in [("initContainers", special.initContainers), ("containers", containers)]
        where !members.isEmpty {
            pod.append("  \(list):")
            for member in members {
                let policy = special.pullPolicy.map { ", imagePullPolicy: \($0)" } ?? ""
                pod.append("  - {name: \(member.name), image: \"\(member.image)\"\(policy)}")
            }
        }
        pod += special.podSpec.map { "  \($0)" }
        return (lines + pod.map { indent + $0 }).joined(separator: "\n") + "\n"
    }

    /// A Deployment with one container, `app`.
    package func deployment(_ name: String, _ image: String, edit: (inout Special) -> Void = { _ in }) -> String {
        workload("Deployment", name, [("app", image)], edit: edit)
    }

    /// Commits these files beside the namespace, syncs them, and waits until the named Deployments are healthy.
    package func deploy(_ files: [String: String?], healthy: [String] = []) async throws {
        var all = files
        all["ns.yaml"] = scene.namespaceManifest
        try scene.commit(all)
        let outcome = try await scene.sync()
        guard outcome.outcome == .succeeded else {
            throw SceneFailure(description: "\(outcome.failure?.message ?? "") \(outcome.objects.compactMap(\.error))")
        }
        for name in healthy { try await isHealthy("Deployment", name) }
    }
}
