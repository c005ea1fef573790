// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import Testing

/// The shape of a real project: 250 apps of four objects each, and their namespace.
@Suite(.timeLimit(.minutes(15)))
struct ManyObjectsTests {
    private func app(_ name: String, _ namespace: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          replicas: 0
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec:
              serviceAccountName: \(name)
              containers:
              - name: web
                image: registry.example.com/\(name):1.0
                ports: [{containerPort: 8080}]
                resources: {requests: {cpu: 50m, memory: 64Mi}}
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: \(name), namespace: \(namespace)}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: \(namespace)}
        spec: {selector: {app: \(name)}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          rules:
          - host: \(name).example.com
            http:
              paths:
              - {path: /, pathType: Prefix, backend: {service: {name: \(name), port: {number: 80}}}}
        """
    }

    @Test func `1,001 objects are created once, and pruned only as far as the guard or a person allows`() async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<250 { files["app\(index).yaml"] = app("app\(index)", scene.namespace) }
            try scene.commit(files)
            // Accounts go only once the Deployments beside them are through with their last change.
            let first = try await scene.sync { $0.healthTimeout = .seconds(120) }
            #expect(first.outcome == .succeeded, "\(first.objects.compactMap(\.error).prefix(3))")
            #expect(PassOutcome.counts(of: first.objects).created == 1_001)
            let second = try await scene.sync()
            #expect(PassOutcome.counts(of: second.objects).unchanged == 1_001)

            try scene.commit(Dictionary(uniqueKeysWithValues: (0..<10).map { ("app\($0).yaml", String?.none) }))
            let ten = try await scene.sync { $0.healthTimeout = .seconds(120) }
            #expect(ten.outcome == .succeeded, "\(ten.objects.compactMap(\.error).prefix(3))")
            #expect(PassOutcome.counts(of: ten.objects).pruned == 40)

            try scene.commit(Dictionary(uniqueKeysWithValues: (10..<110).map { ("app\($0).yaml", String?.none) }))
            let held = try await scene.sync()
            #expect(held.outcome == .held)
            #expect(PassOutcome.counts(of: held.objects).pruned == 0)
            let hold = try await scene.history.approve(project: scene.project.name, hash: nil, person: "ada")
            #expect(hold.objects.count == 400)
            let done = try await scene.sync()
            #expect(PassOutcome.counts(of: done.objects).pruned == 400)
            #expect(try await scene.sync().objects.allSatisfy { $0.action == .unchanged })
        }
    }
}
