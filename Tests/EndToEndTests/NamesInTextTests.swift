// SPDX-License-Identifier: Apache-2.0
import Foundation
import SceneKit
import SyncRecord
import TestKit
import Testing

/// What commands call things by, when a Secret holds the same words as values.
@Suite(.timeLimit(.minutes(3)))
struct NamesInTextTests {
    @Test func `names are shown whole, whatever a Secret holds, also of what git no longer declares`() async throws {
        try await withScene { scene in
            let tool = try SceneTool(scene)
            let leaving = "leaving-\(UUID().uuidString.prefix(8).lowercased())"
            let password = "pass-\(UUID().uuidString.lowercased())"
            let secret = """
                apiVersion: v1
                kind: Secret
                metadata: {name: login, namespace: \(scene.namespace)}
                stringData: {POSTGRES_DB: \(scene.namespace), TABLE: \(leaving), PASSWORD: \(password)}

                """
            let refused = """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: \(scene.namespace)}
                spec: {type: Everywhere, ports: [{port: 80}]}

                """
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "login.yaml": secret, "good.yaml": scene.configMap("good"),
                "leaving.yaml": scene.configMap(leaving), "web.yaml": refused,
            ])
            func said(_ words: String...) async throws -> String {
                let result = try await tool.command(words + tool.project)
                let text = result.output + result.errors
                #expect(!text.contains(password), "\(text)")
                return text
            }
            let before = try await said("diff")
            #expect(before.contains("create ConfigMap \(scene.namespace)/\(leaving)"), "\(before)")
            #expect(before.contains("+  namespace: \(scene.namespace)"), "\(before)")
            let sync = try await said("sync", "--no-wait")
            #expect(sync.contains("Service \(scene.namespace)/web"), "\(sync)")
            #expect(sync.contains("ConfigMap \(scene.namespace)/\(leaving)"), "\(sync)")

            // A new process has read the names that git gives now, and this one is not among them.
            try scene.commit(["leaving.yaml": nil, "web.yaml": nil])
            let after = try await said("diff")
            #expect(after.contains("delete ConfigMap \(scene.namespace)/\(leaving)"), "\(after)")
            let pruned = try await said("sync", "--no-wait")
            #expect(pruned.contains("ConfigMap \(scene.namespace)/\(leaving)"), "\(pruned)")
        }
    }

    private func login(_ scene: Scene, _ value: String) -> String {
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: login, namespace: \(scene.namespace)}
        stringData: {KEY: \(value)}

        """
    }

    private func keys(_ scene: Scene, _ key: String, _ value: String) -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: keys, namespace: \(scene.namespace)}
        data: {\(key): \(value), other: is \(key)}

        """
    }

    @Test func `a key that is a Secret's value as well is shown by diff, sync and show alike`() async throws {
        try await withScene { scene in
            let tool = try SceneTool(scene)
            let key = "settings-\(UUID().uuidString.prefix(8).lowercased())"
            func said(_ words: [String]) async throws -> String {
                let result = try await tool.command(words + tool.project)
                return result.output + result.errors
            }
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "login.yaml": login(scene, key),
                "keys.yaml": keys(scene, key, "one"),
            ])
            let created = try await said(["diff"])
            #expect(created.contains("+  \(key): one") && created.contains("other: is ••••••"), "\(created)")
            let synced = try await said(["sync", "--no-wait"])
            #expect(!synced.contains("is \(key)"), "\(synced)")
            try scene.commit(["keys.yaml": keys(scene, key, "two")])
            let changed = try await said(["diff"])
            #expect(changed.contains("+  \(key): two") && !changed.contains("is \(key)"), "\(changed)")
            let configured = try await said(["sync", "--no-wait"])
            #expect(configured.contains(key), "\(configured)")
            let runs = try await tool.reading { try await $0.runs(limit: 1).map(\.id) }
            let run = try #require(runs.first)
            for format in ["table", "json"] {
                let words = ["show", "\(run)", "-o", format, "--data-dir", tool.dataFolder]
                let result = try await tool.start(words).end()
                let shown = result.output + result.errors
                #expect(shown.contains("\(key): two") && !shown.contains("is \(key)"), "\(shown)")
            }
        }
    }
}
