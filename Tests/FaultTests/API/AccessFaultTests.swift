// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Other writers, and what the operator's account may do.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct AccessFaultTests {
    /// kube-apiserver's words for a race that it lost in etcd.
    static let conflict = FaultAction.failure(
        status: 409,
        reason: "Conflict",
        message:
            "Operation cannot be fulfilled on configmaps \"c1\": the object has been modified; please apply your changes "
            + "to the latest version and try again"
    )

    @Test func `A14: a lost race is looked at and run again, five times at most, and then reported`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 4))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), AccessFaultTests.conflict, on: .first(3)))
            cluster.faults.add(FaultRule("PATCH", scene.path("c2"), AccessFaultTests.conflict))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.object("c1")?.action == .created, "\(outcome.words)")
            #expect(outcome.names(.failed) == ["c2"])
            for (name, sendings) in [("c1", 4), ("c2", 6)] {
                let asked = cluster.faults.requests.filter { $0.path == scene.path(name) }.map(\.method)
                let expected = ["PATCH"] + Array(repeating: ["GET", "PATCH"], count: sendings - 1).flatMap { $0 }
                #expect(Array(asked.drop { $0 != "PATCH" }) == expected, "\(name)")
            }
            let error = try #require(outcome.object("c2")?.error)
            #expect(error.contains("infra/c2.yaml:1") && error.contains("has been modified"), "\(error)")
            #expect(error.contains("the next pass tries again"))
            #expect(try await scene.endings(of: "c2") == [.failed])
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A14: an object that came to be another tool's meanwhile is left to that tool`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c1.yaml": scene.configMap("c1", "2")])
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), AccessFaultTests.conflict, on: .first(1)))
            // The first look comes behind the refused apply, and finds it handed over.
            var taken = try #require(try await scene.liveConfigMap("c1")).json
            taken[["metadata", "labels"]] = ["kustomize.toolkit.fluxcd.io/name": "shop"]
            cluster.faults.add(FaultRule("get", scene.path("c1"), .answer(status: 200, body: taken), on: .first(1)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.names(.failed) == ["c1"], "\(outcome.words)")
            #expect(outcome.object("c1")?.error?.contains("came to be owned by") == true, "\(outcome.words)")
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 2, "one of each pass")
            cluster.faults.removeAll()
            try await scene.checkPromises()
        }
    }

    @Test func `A15: fields of others are taken over by force, and the report says from whom`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.patch(CoreResources.configMaps, "c1", ["data": ["value": "theirs"]], as: "autoscaler")
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded)
            let changes = outcome.object("c1")?.changes ?? []
            #expect(changes.map(\.path) == [".data.value"])
            #expect(changes.first?.takenFrom?.contains("autoscaler") == true, "\(changes)")
            #expect(cluster.faults.requests.filter { $0.method == "PATCH" && $0.path == scene.path("c1") }.count == 3)
            let live = try await scene.liveConfigMap("c1")
            #expect(live?.json["data"] == ["value": "1"])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A15: an object that asks for no force reports the conflict by manager and field, once a pass`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            func polite(_ value: String) -> String {
                scene.configMap("polite", value, annotations: "sternpost.dev/force-conflicts: disabled")
            }
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["polite.yaml": polite("1")]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.patch(CoreResources.configMaps, "polite", ["data": ["value": "theirs"]], as: "autoscaler")
            try scene.commit(["polite.yaml": polite("2"), "c0.yaml": scene.configMap("c0", "2")])
            cluster.faults.forgetRequests()
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.names(.failed) == ["polite"], "\(outcome.words)")
            #expect(outcome.names(.configured) == ["c0"])
            let error = try #require(outcome.object("polite")?.error)
            #expect(error.contains("infra/polite.yaml:1") && error.contains("autoscaler"), "\(error)")
            #expect(error.contains(".data.value"), "\(error)")
            #expect(cluster.faults.count("PATCH", scene.path("polite")) == 1)
            let live = try await scene.liveConfigMap("polite")
            #expect(live?.json["data"] == ["value": "theirs"])
            try await scene.checkPromises(stuck: ["polite"])
        }
    }

    @Test func `A24: a kind that may not be listed is not deleted, not called in sync, and named in full`() async throws
    {
        var options = EmbeddedClusterOptions()
        options.denied = [DeniedAccess(verb: "list", resource: "configmaps")]
        try await withEmbeddedScene(options: options) { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: \(scene.namespace)}\n"
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2"), "sa.yaml": account])
            cluster.faults.forgetRequests()
            let outcome = try await scene.sync(client: scene.limitedClient)
            // Once for the cluster, once for the one namespace of interest; a refusal is not asked for again.
            #expect(cluster.faults.count("list", "*/configmaps") == 2)
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.created) == ["sa"], "\(outcome.words)")
            #expect(outcome.names(.failed) == ["c1", "c2"])
            #expect(outcome.names(.unchanged).allSatisfy { !$0.hasPrefix("c") || $0 == "canary" })
            #expect(cluster.faults.count("DELETE") == 0)
            let error = try #require(outcome.object("c2")?.error)
            #expect(
                error.contains("infra/c2.yaml:1") && error.contains("cannot list resource \"configmaps\""),
                "\(error)"
            )
            #expect(error.contains("in the namespace \"\(scene.namespace)\""), "\(error)")
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test(arguments: ["patch", "delete"])
    func `A24: a forbidden write fails alone, with verb, resource and namespace`(verb: String) async throws {
        var options = EmbeddedClusterOptions()
        options.denied = [DeniedAccess(verb: verb, resource: "configmaps")]
        try await withEmbeddedScene(options: options) { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: \(scene.namespace)}\n"
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2"), "sa.yaml": account])
            cluster.faults.forgetRequests()
            let outcome = try await scene.sync(client: scene.limitedClient)
            let name = verb == "patch" ? "c1" : "c0"
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == [name], "\(outcome.words)")
            #expect(outcome.names(.created) == ["sa"])
            let error = try #require(outcome.object(name)?.error)
            #expect(error.contains("cannot \(verb) resource \"configmaps\""), "\(error)")
            #expect(error.contains("in the namespace \"\(scene.namespace)\""), "\(error)")
            #expect(error.contains("grant the verb to Sternpost's account"), "\(error)")
            #expect(cluster.faults.count(verb, scene.path(name)) == 1)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A25: a rotated token is read again and the request sent once more`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            let file = "\(scene.folder)/token"
            let good = try #require(scene.kubeconfig["users"]?.array?.first?["user"]?["token"]?.string)
            var kubeconfig = scene.kubeconfig
            kubeconfig["users"] = .array(
                (kubeconfig["users"]?.array ?? []).map { user in
                    var user = user
                    user["user"] = ["tokenFile": .string(file)]
                    return user
                }
            )
            try "an-expired-token".write(toFile: file, atomically: true, encoding: .utf8)
            let client = try scene.quickClient(kubeconfig)
            cluster.faults.forgetRequests()
            // Nobody has renewed it: read again, sent once more, and then the cluster is out of reach.
            let refused = try await scene.sync(client: client)
            #expect(refused.outcome == .failed)
            #expect(refused.failure?.message.contains("does not accept the credentials") == true, "\(refused.words)")
            #expect(refused.failure?.message.contains("credentials") == true, "\(refused.words)")
            #expect(cluster.faults.requests.map(\.user) == ["", ""])
            // Renewed, while the old one is still remembered: each request in flight meets one refusal at most.
            try good.write(toFile: file, atomically: true, encoding: .utf8)
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
            cluster.faults.forgetRequests()
            let outcome = try await scene.sync(client: client)
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            #expect(outcome.names(.pruned) == ["c0"] && outcome.names(.configured) == ["c1"])
            #expect(cluster.faults.requests.filter { $0.user.isEmpty }.count == 1)
            #expect(!scene.log.text.contains(good))
            try await scene.checkPromises()
        }
    }
}
