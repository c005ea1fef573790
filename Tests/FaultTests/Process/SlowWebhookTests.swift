// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import TestKit
import Testing

extension ProcessFaultTests {
    /// Several projects of one operator whose writes are held by a slow admission webhook.
    @Suite(.timeLimit(.minutes(5)))
    struct SlowWebhookTests {
        private static let count = 24

        /// The project's objects in a folder and a namespace of their own, and its document.
        private func project(_ suffix: String, of scene: Scene) -> (files: [String: String?], document: String) {
            let namespace = "\(scene.namespace)-\(suffix)"
            var files: [String: String?] = [
                "\(suffix)/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(namespace)}\n"
            ]
            for index in 0..<Self.count {
                files["\(suffix)/c\(index).yaml"] = """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: c\(index), namespace: \(namespace)}
                    data: {value: "1"}

                    """
            }
            let document = """
                ---
                apiVersion: sternpost.dev/v1alpha1
                kind: Project
                metadata: {name: \(scene.project.name)-\(suffix), namespace: \(scene.project.namespace)}
                spec:
                  repo: \(scene.git.path)
                  path: \(suffix)
                  interval: 1s
                  health: {timeout: 0s}

                """
            return (files, document)
        }

        @Test func `three projects with writes slower than the lease keep their leases`() async throws {
            try await withEmbeddedScene { scene, cluster in
                let projects = ["a", "b", "c"].map { project($0, of: scene) }
                var files: [String: String?] = [:]
                for project in projects { files.merge(project.files) { $1 } }
                try scene.git.commit(files)
                let config = "\(scene.folder)/projects.yaml"
                try projects.map(\.document).joined().write(toFile: config, atomically: true, encoding: .utf8)
                cluster.faults.add(FaultRule("PATCH", "*/configmaps/*", .delay(.seconds(5))))
                let process = try OperatorProcess(
                    [
                        "run", "--config", config, "--kubeconfig", try scene.kubeconfigFile(),
                        "--data-dir", scene.dataFolder(of: "operator"), "--listen", "127.0.0.1:0",
                        // Renewed within four seconds, while each write takes five.
                    ] + Scene.OperatorOptions().lease,
                    log: URL(filePath: "\(scene.folder)/operator.log")
                )
                defer { process.stop() }
                for suffix in ["a", "b", "c"] {
                    try await eventually("all of \(suffix) is applied", within: .seconds(120)) {
                        let found = try await scene.client.list(
                            CoreResources.configMaps,
                            namespace: "\(scene.namespace)-\(suffix)"
                        ).objects
                        return found.filter { $0.name.hasPrefix("c") }.count == Self.count
                    }
                }
                #expect(!process.text.contains("no longer leading"))
                #expect(!process.text.contains("interrupted"))
            }
        }
    }
}
