// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import PlainText
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender
import TestKit
import Testing

/// Files with a meaning of their own, in whole passes.
@Suite(.timeLimit(.minutes(5)))
struct ManifestFaultTests {
    @Test func `Y15: lists in lists are their objects, and one that leaves a list is pruned`() async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            func list(_ names: [String]) -> String {
                let items = names.map { "  - {metadata: {name: \($0), namespace: \(scene.namespace)}, data: {a: b}}\n" }
                return """
                    apiVersion: v1
                    kind: List
                    items:
                    - apiVersion: v1
                      kind: ConfigMapList
                      items:
                    \(items.joined())- apiVersion: v1
                      kind: ServiceAccount
                      metadata: {name: sa, namespace: \(scene.namespace)}

                    """
            }
            try scene.commit(scene.baseFiles().merging(["list.yaml": list(["l0", "l1"])]) { $1 })
            let first = try await scene.sync()
            #expect(first.outcome == .succeeded, "\(first.words)")
            #expect(first.names(.created).contains("l0") && first.names(.created).contains("sa"))
            try scene.commit(["list.yaml": list(["l1"])])
            let second = try await scene.sync()
            #expect(second.names(.pruned) == ["l0"], "\(second.words)")
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `Y20: a Secret that the server would refuse halts the commit, and is told without its value`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: bad, namespace: \(scene.namespace)}\n"
            for body in ["data: {password: '\(scene.canary)!'}\n", "data: {password: [\(scene.canary)]}\n"] {
                try scene.commit(scene.baseFiles(configMaps: 1).merging(["bad.yaml": secret + body]) { $1 })
                let refused = try await scene.sync()
                #expect(refused.outcome == .failed, "\(refused.words)")
                let error = try #require(refused.problems.first).description
                #expect(error.contains("infra/bad.yaml:4: data.password"), "\(error)")
                #expect(!error.contains(scene.canary))
                try await scene.checkNoSecretLeft()
            }
            try scene.commit(["bad.yaml": secret + "stringData: {password: \(scene.canary)}\n"])
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `Y20: stringData wins over data, and either form settles`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let text = """
                apiVersion: v1
                kind: Secret
                metadata: {name: both, namespace: \(scene.namespace)}
                data:
                  user: |
                    YWRh
                  password: b2xk
                stringData: {password: \(scene.canary)}

                """
            try scene.commit(scene.baseFiles().merging(["both.yaml": text]) { $1 })
            let first = try await scene.sync()
            #expect(first.outcome == .succeeded, "\(first.words)")
            let secret = try await scene.live(CoreResources.secrets, "both")
            #expect(secret?.json["data"]?["password"]?.string == Base64.text(of: Array(scene.canary.utf8)))
            #expect(secret?.json["data"]?["user"] == "YWRh")
            cluster.faults.forgetRequests()
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(cluster.faults.writeCount == 0, "a second pass writes")
            try scene.commit(["both.yaml": nil])
            try await scene.checkPromises()
        }
    }

    @Test func `Y26: the files of kustomize and Helm are no objects, and that is said`() async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let others: [String: String?] = [
                "kustomization.yaml": "resources: [c0.yaml]\nnamePrefix: x-\n", "values.yaml": "a: {{ nothing\n",
                "chart/Chart.yaml": "name: chart\n", "chart/templates/x.yaml": "{{ .Values.x }}\n",
                "chart/values.yaml": "x: 1\n",
            ]
            try scene.commit(scene.baseFiles(configMaps: 1).merging(others) { $1 })
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            let files = Set(outcome.result?.notices.map(\.origin.file) ?? [])
            #expect(files == ["infra/kustomization.yaml", "infra/values.yaml", "infra/chart/Chart.yaml"])
            #expect(outcome.objects.count == 3)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `Y27: what the server sets is left out, said, and settles`() async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let text = """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: exported
                  namespace: \(scene.namespace)
                  creationTimestamp: "2024-01-01T00:00:00Z"
                  generation: 7
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: a}}
                  template:
                    metadata: {labels: {app: a}, creationTimestamp: null}
                    spec: {containers: [{name: a, image: "registry.example.com/a:1"}]}
                status: {replicas: 5, observedGeneration: 7}

                """
            try scene.commit(scene.baseFiles().merging(["exported.yaml": text]) { $1 })
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            #expect(outcome.result?.notices.count == 3, "\(outcome.result?.notices ?? [])")
            let live = try #require(try await scene.live(CoreResources.deployments, "exported"))
            #expect(live.generation == 1 && live.creationTimestamp != "2024-01-01T00:00:00Z")
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}
