// SPDX-License-Identifier: Apache-2.0
import SyncLoop
import SyncRecord

extension Scene {
    /// What `diff` would show now, with all that earlier passes saw.
    package func preview(edit: (inout Project) -> Void = { _ in }) async throws -> [DiffPreview.Difference] {
        let reconciler = try await reconciler(edit: edit)
        let marks = try await history.marks(of: project.name)
        let prepared = try await reconciler.preparer.prepare(marks: marks, residualKey: history.residualKey)
        return await DiffPreview(client: client, plan: prepared.plan).differences()
    }

    /// A Deployment `web` of the test's namespace as YAML; its pods, if there are any, run nowhere.
    package func idleDeployment(replicas: Int = 0, labels: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: \(namespace)\(labels.isEmpty ? "" : ", labels: {\(labels)}")}
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              nodeSelector: {example.com/node: nowhere}
              containers: [{name: web, image: "registry.invalid/web:1"}]

        """
    }
}
