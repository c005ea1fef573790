// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
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

/// The API server is busy, slow, or has forgotten the snapshot of a list.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct OverloadFaultTests {
    @Test func `A1: told to come back later, a pass waits, sends fewer at a time, and says nothing of it`() async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 24))
            cluster.faults.add(
                FaultRule("PATCH", scene.path("c*"), .tooManyRequests(retryAfter: 4), on: .first(8))
            )
            cluster.faults.add(FaultRule("PATCH", scene.path("c*"), .delay(.milliseconds(400))))
            let start = ContinuousClock.now
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(start.duration(to: .now) >= .seconds(4))
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            #expect(outcome.objects.allSatisfy { $0.error == nil && $0.warnings.isEmpty })
            let patches = cluster.faults.requests.filter { $0.method == "PATCH" && $0.path.contains("/configmaps/c") }
            #expect(patches.count == 24 + 8)
            // Eight at a time met the refusals; then at most half as many, and more again with every good round.
            #expect(patches.dropFirst(8).prefix(4).map(\.inFlight).max() ?? 8 <= 4)
            #expect(patches.suffix(8).map(\.inFlight).max() ?? 0 > 4)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A1: when the budget of ten tries ends it is one object's error`() async throws {
        #expect(KubeClientOptions().maxRetries == 10)
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 3))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), .tooManyRequests(retryAfter: 1)))
            let outcome = try await scene.sync(client: try scene.quickClient { $0.maxRetries = 2 })
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 3)
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            #expect(outcome.names(.created).contains("c2"))
            let error = try #require(outcome.object("c1")?.error)
            #expect(error.contains("infra/c1.yaml:1") && error.contains("Too many requests"), "\(error)")
            #expect(error.contains("the next pass tries again"))
            #expect(try await scene.endings(of: "c1") == [.failed])
            cluster.faults.removeAll()
            try await scene.checkPromises()
        }
    }

    @Test func `A1: a wait beyond every budget is not begun`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), .tooManyRequests(retryAfter: 86_400)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 1)
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            cluster.faults.removeAll()
            try await scene.checkPromises()
        }
    }

    /// In the words of the eviction API, and of a server that gives no time to come back at.
    static let busy = FaultAction.failure(
        status: 429,
        reason: "TooManyRequests",
        message: "Cannot evict pod as it would violate the pod's disruption budget."
    )

    @Test func `A2: without a time to come back at, reads are repeated and writes look first`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            cluster.faults.add(FaultRule("list", scene.listPath, OverloadFaultTests.busy, on: .first(2)))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), OverloadFaultTests.busy, on: .first(2)))
            cluster.faults.add(FaultRule("PATCH", scene.path("c2"), OverloadFaultTests.busy))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(cluster.faults.count("list", scene.listPath) >= 3)
            #expect(outcome.names(.failed) == ["c2"], "\(outcome.words)")
            // Every sending but the first one comes behind a look.
            for (name, sendings) in [("c1", 3), ("c2", 6)] {
                let asked = cluster.faults.requests.filter { $0.path == scene.path(name) }.map(\.method)
                let fromFirst = Array(asked.drop { $0 != "PATCH" })
                let expected = ["PATCH"] + Array(repeating: ["GET", "PATCH"], count: sendings - 1).flatMap { $0 }
                #expect(fromFirst == expected, "\(name)")
            }
            #expect(outcome.object("c2")?.error?.contains("infra/c2.yaml:1") == true)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// kube-apiserver 1.36's words for a continue token of a snapshot that etcd has compacted away.
    static let expired = FaultAction.failure(
        status: 410,
        reason: "Expired",
        message:
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
            + "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
            + "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
            + "modified, or deleted between the time the first chunk was returned and now may show up in the list."
    )

    @Test(arguments: [2, 3])
    func `A10: a snapshot lost between two pages starts the list again, in one piece`(page: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 12))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("list", scene.listPath, OverloadFaultTests.expired, on: .nth(page)))
            let outcome = try await scene.sync(client: try scene.quickClient { $0.pageSize = 5 })
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            let lists = cluster.faults.requests.filter { $0.verb == "list" && $0.path == scene.listPath }.map(\.query)
            #expect(lists.count == page + 1, "\(lists)")
            #expect(lists.dropLast().allSatisfy { $0.contains("limit=5") })
            #expect(lists.dropFirst().dropLast().allSatisfy { $0.contains("continue=") })
            #expect(lists.last.map { !$0.contains("limit") && !$0.contains("continue") } == true, "\(lists)")
            #expect(outcome.names(.unchanged).filter { $0.hasPrefix("c") && $0 != "canary" }.count == 10)
            #expect(outcome.names(.configured) == ["c1"])
            #expect(outcome.names(.pruned) == ["c0"])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A10: a snapshot that is lost again and again makes the kind unreadable, not smaller`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 8))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("list", scene.listPath, OverloadFaultTests.expired, on: .from(2)))
            let outcome = try await scene.sync(client: try scene.quickClient { $0.pageSize = 3 })
            #expect(cluster.faults.count("list", scene.listPath) == 3)
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed).count == 7, "\(outcome.words)")
            #expect(cluster.faults.count("DELETE") == 0)
            cluster.faults.removeAll()
            try await scene.checkPromises()
        }
    }

    /// kube-apiserver's words for a resourceVersion that it has not reached yet.
    static let ahead: FaultAction = {
        var error = StatusError(code: 504, reason: "Timeout", message: "Too large resource version: 9000, current: 12")
        error.details = .init(
            causes: [.init(reason: "ResourceVersionTooLarge", message: "Too large resource version")],
            retryAfterSeconds: 1
        )
        return .answer(status: 504, body: error.json)
    }()

    @Test func `A11: a list names no resourceVersion, so a server behind the others is asked again`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("list", scene.listPath, OverloadFaultTests.ahead, on: .first(1)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            let lists = cluster.faults.requests.filter { $0.verb == "list" && $0.path == scene.listPath }
            #expect(lists.count == 2)
            #expect(lists.allSatisfy { !$0.query.contains("resourceVersion") })
            #expect(outcome.names(.pruned) == ["c0"])
            try await scene.checkPromises()
        }
    }

    /// What keeps a list from coming: nothing is said at all, or a healthy answer comes too late.
    static let slow: [FaultAction] = [.hang, .delay(.seconds(20))]

    @Test(arguments: slow.indices)
    func `A12: a slow list ends by its deadline and holds no other kind up`(index: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: \(scene.namespace)}\n"
            try scene.commit(["c0.yaml": nil, "sa.yaml": account])
            cluster.faults.forgetRequests()
            cluster.faults.add(FaultRule("list", scene.listPath, OverloadFaultTests.slow[index]))
            let client = try scene.quickClient { $0.requestDeadline = .seconds(5) }
            let outcome = try await scene.sync(client: client)
            // Twice by the deadline, then the kind is given up for this pass.
            #expect(cluster.faults.count("list", scene.listPath) == 2)
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            #expect(outcome.names(.created) == ["sa"], "\(outcome.words)")
            #expect(outcome.object("c1")?.error?.contains("infra/c1.yaml:1") == true)
            #expect(cluster.faults.count("DELETE") == 0)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A12: a list without end is cut off at the limit of an answer`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil])
            cluster.faults.forgetRequests()
            let item: JSON = [
                "metadata": ["name": "big", "namespace": "x", "uid": "u"],
                "data": ["text": .string(.init(repeating: "x", count: 1 << 20))],
            ]
            let list: JSON = [
                "kind": "ConfigMapList", "apiVersion": "v1", "metadata": ["resourceVersion": "5"],
                "items": .array(Array(repeating: item, count: 4)),
            ]
            cluster.faults.add(FaultRule("list", scene.listPath, .answer(status: 200, body: list)))
            let outcome = try await scene.sync(client: try scene.quickClient { $0.maxBodyBytes = 1 << 20 })
            #expect(cluster.faults.count("list", scene.listPath) == 1, "a longer answer helps nobody")
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            #expect(cluster.faults.count("DELETE") == 0)
            cluster.faults.removeAll()
            try await scene.checkPromises()
        }
    }
}
