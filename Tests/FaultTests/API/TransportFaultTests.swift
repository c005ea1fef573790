// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import SyncSource
import TestKit
import Testing

/// The API server fails, is gone, or is cut off, and no pass concludes anything from it.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct TransportFaultTests {
    /// An answer without a `Retry-After`, in a server's or a load balancer's words.
    struct Failure: Sendable, CustomTestStringConvertible {
        let status: Int
        let action: FaultAction

        var testDescription: String { "\(status)" }
    }

    /// The first and the last are kube-apiserver 1.36's words for a lost leader and for a request that took too long; 502 and
    /// 503 are a load balancer's.
    static let failures = [
        Failure(
            status: 500,
            action: .failure(status: 500, reason: "InternalError", message: "etcdserver: leader changed")
        ),
        Failure(status: 502, action: .answer(status: 502, body: "<html>bad gateway</html>")),
        Failure(status: 503, action: .answer(status: 503, body: "no healthy upstream")),
        Failure(
            status: 504,
            action: .failure(
                status: 504,
                reason: "Timeout",
                message: "Timeout: request did not complete within requested timeout - context deadline exceeded"
            )
        ),
    ]

    @Test(arguments: failures)
    func `A3: a failing write stops one object, is looked at before it is repeated, and heals`(
        _ failure: Failure
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 4))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), failure.action, on: .first(2)))
            cluster.faults.add(FaultRule("PATCH", scene.path("c2"), failure.action))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c2"], "\(outcome.words)")
            #expect(outcome.names(.created).contains("c1") && outcome.names(.created).contains("c3"))
            let error = try #require(outcome.object("c2")?.error)
            #expect(error.contains("infra/c2.yaml:1") && error.contains("HTTP \(failure.status)"), "\(error)")
            #expect(error.contains("the next pass tries again"))
            // Each repetition is preceded by a look at the object; there are five at most.
            #expect(cluster.faults.count("PATCH", scene.path("c2")) == 6)
            #expect(cluster.faults.count("get", scene.path("c2")) >= 5)
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 3)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test(arguments: failures)
    func `A3: nothing is deleted in a pass with a failed read, and the reason is shown`(
        _ failure: Failure
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: \(scene.namespace)}\n"
            try scene.commit(["c0.yaml": nil, "sa.yaml": account, "c1.yaml": scene.configMap("c1", "2")])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("list", scene.listPath, failure.action))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .degraded, "\(outcome.words)")
            // One sending and at most four more (one after a timeout).
            #expect((2...5).contains(cluster.faults.count("list", scene.listPath)))
            #expect(outcome.names(.failed) == ["c1", "c2"])
            #expect(outcome.names(.created) == ["sa"], "other kinds go on: \(outcome.words)")
            #expect(cluster.faults.count("DELETE") == 0)
            guard case .blocked(let reasons) = outcome.prune?.verdict else {
                Issue.record("the prune is not blocked: \(outcome.words)")
                return
            }
            #expect(reasons.contains { $0.contains("ConfigMap") && $0.contains("\(failure.status)") }, "\(reasons)")
            let error = try #require(outcome.object("c1")?.error)
            #expect(error.contains("infra/c1.yaml:1") && error.contains("could not be read"), "\(error)")
            let kept = try await scene.liveConfigMap("c0")
            #expect(kept != nil)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
            let gone = try await scene.liveConfigMap("c0")
            #expect(gone == nil)
        }
    }

    @Test(arguments: ["http://127.0.0.1:1", "http://nowhere.invalid:6443"])
    func `A4: an unreachable cluster changes nothing, and git goes on`(server: String) async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
            cluster.faults.forgetRequests()
            var kubeconfig = scene.kubeconfig
            kubeconfig["clusters"] = [["name": "away", "cluster": ["server": .string(server)]]]
            kubeconfig["contexts"] = .array(
                (kubeconfig["contexts"]?.array ?? []).map { context in
                    var context = context
                    context[["context", "cluster"]] = "away"
                    return context
                }
            )
            let away = try scene.quickClient(kubeconfig)
            let reconciler = try await scene.reconciler(client: away)
            let board = StatusBoard(projects: [scene.project.name])
            let outcome = await reconciler.pass(.start)
            await board.passed(scene.project.name, outcome)
            scene.log.add(outcome)
            #expect(outcome.outcome == .failed)
            let failure = try #require(outcome.failure)
            #expect(failure.stage == .cluster && failure.isRetryable)
            let host = try #require(server.split(separator: "/").last)
            #expect(failure.message.contains(host.split(separator: ":")[0]), "\(failure.message)")
            #expect(failure.message.contains("unreachable"), "\(failure.message)")
            #expect(away.statistics.requests == 5)
            #expect(await board.notReady?.contains(scene.project.name) == true)
            #expect(cluster.faults.requests.isEmpty)
            // Git is polled all the same, and a newer commit is seen.
            let newer = try scene.commit(["c1.yaml": scene.configMap("c1", "3")])
            #expect(try await reconciler.poll().commitID == newer)
            let kept = try await scene.liveConfigMap("c0")
            #expect(kept != nil)
            try await scene.checkPromises()
            let now = try await scene.liveConfigMap("c1")
            #expect(now?.json["data"] == ["value": "3"])
        }
    }

    @Test func `A5: an apply whose answer was lost is looked at, and not sent again when it is there`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), .dropAnswer, on: .first(1)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            #expect(outcome.object("c1")?.action == .created)
            #expect(outcome.object("c1")?.warnings.contains { $0.contains("lost") } == true, "\(outcome.words)")
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 1)
            #expect(try await scene.endings(of: "c1") == [.done])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A5: an outcome that cannot be learnt is written down as unknown, and the next pass finds it`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), .dropAnswer))
            cluster.faults.add(FaultRule("get", scene.path("c1"), .reset))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            #expect(outcome.object("c1")?.error?.contains("whether the write happened is not known") == true)
            #expect(try await scene.endings(of: "c1") == [.done, .unknown])
            // It may have replaced what would be deleted.
            #expect(cluster.faults.count("DELETE") == 0)
            #expect(outcome.object("c0")?.error?.contains("not heard clearly") == true, "\(outcome.words)")
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 0, "it was there already")
        }
    }

    @Test func `A5: an apply that was not done before its connection broke is sent again`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), .reset, on: .first(3)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 4)
            #expect(cluster.faults.count("get", scene.path("c1")) >= 3)
            try await scene.checkPromises()
        }
    }

    @Test func `A5: a delete whose answer was lost is repeated, and finding nothing is success`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 4))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil, "c1.yaml": nil])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("DELETE", scene.path("c0"), .dropAnswer, on: .first(1)))
            cluster.faults.add(FaultRule("DELETE", scene.path("c1"), .dropAnswer))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.object("c0")?.action == .pruned, "\(outcome.words)")
            #expect(cluster.faults.count("DELETE", scene.path("c0")) == 2)
            #expect(try await scene.endings(of: "c0") == [.done, .done])
            // The other one's answers were all lost: it stays in the inventory, and the next pass finds it gone.
            #expect(outcome.names(.failed) == ["c1"])
            // Five sendings at most; libcurl may repeat each once on a connection that it had kept open.
            #expect((5...10).contains(cluster.faults.count("DELETE", scene.path("c1"))))
            #expect(try await scene.endings(of: "c1") == [.done, .unknown])
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}
