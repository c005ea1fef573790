// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Whole passes against lists that are made to exhaust or to mislead: the kind is unreadable, nothing of it is touched,
/// and the rest goes on.
@Suite(.timeLimit(.minutes(5)))
struct HostileAnswerFaultTests {
    /// A list of ConfigMaps with these items and this token.
    private static func list(_ items: JSON, token: String = "") -> JSON {
        [
            "kind": "ConfigMapList", "apiVersion": "v1",
            "metadata": ["resourceVersion": "5", "continue": .string(token)], "items": items,
        ]
    }

    static let answers: [(name: String, body: JSON, word: String)] = [
        ("nested without end", .string("{\"items\":\(String(repeating: "[", count: 100_000))"), "nested deeper"),
        ("a list without end", list([], token: "t"), "asked for in one piece"),
        ("a kind of a megabyte", ["kind": .string(String(repeating: "k", count: 1 << 20))], "expected ConfigMapList"),
        ("items that are no objects", list([1, "two", [3]]), "an item is no"),
        ("a number beyond all bounds", "{\"kind\":\"ConfigMapList\",\"a\":1e999999}", "out of range"),
    ]

    @Test(arguments: answers.map(\.name))
    func `a hostile list makes its kind unreadable, and the pass ends with a bounded report`(name: String) async throws
    {
        let (_, body, word) = try #require(Self.answers.first { $0.name == name })
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: \(scene.namespace)}\n"
            try scene.commit(["c0.yaml": nil, "sa.yaml": account])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("list", scene.listPath, .answer(status: 200, body: body)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .degraded, "\(outcome.words)")
            #expect((2...20).contains(cluster.faults.count("list", scene.listPath)))
            #expect(outcome.names(.failed) == ["c1"])
            #expect(outcome.names(.created) == ["sa"])
            #expect(cluster.faults.count("DELETE") == 0)
            guard case .blocked(let reasons) = outcome.prune?.verdict else {
                Issue.record("the prune is not blocked: \(outcome.words)")
                return
            }
            #expect(reasons.contains { $0.contains(word) }, "\(reasons)")
            #expect(reasons.allSatisfy { $0.utf8.count < 4000 })
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}
