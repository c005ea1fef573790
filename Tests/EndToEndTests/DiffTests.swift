// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import Testing

/// What `diff` shows is what a sync then does.
@Suite(.timeLimit(.minutes(5)))
struct DiffTests {
    @Test func `a volume that somebody turned into a folder of the node is shown, and then put right`() async throws {
        try await withScene { scene in
            let manifest = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: \(scene.namespace)}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers: [{name: web, image: "registry.invalid/web:1"}]
                      volumes: [{name: tmp, emptyDir: {}}]
                """
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": manifest])
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.deployments,
                namespace: scene.namespace,
                name: "web",
                type: .json,
                body: [
                    [
                        "op": "replace", "path": "/spec/template/spec/volumes/0",
                        "value": ["name": "tmp", "hostPath": ["path": "/etc"]],
                    ]
                ],
                fieldManager: "kubectl-patch"
            )
            let prepared = try await scene.reconciler().preparer.prepare(marks: [:])
            let preview = await DiffPreview(client: scene.client, plan: prepared.plan).differences()
            #expect(preview.map(\.error) == [nil], "\(preview)")
            #expect(preview.first?.diff?.text.contains("hostPath") == true, "\(preview)")
            // What the API server filled in stays, so it is no difference.
            #expect(preview.first?.diff?.text.contains("-  progressDeadlineSeconds") == false, "\(preview)")
            #expect(try await scene.sync().outcome == .succeeded)
            let live = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            let volume = live?.spec?["template"]?["spec"]?["volumes"]?.array?.first
            #expect(volume?["emptyDir"] != nil && volume?["hostPath"] == nil, "\(volume?.text ?? "none")")
        }
    }
}
