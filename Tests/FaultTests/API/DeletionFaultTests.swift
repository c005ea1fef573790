// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Deletions that do not succeed: because of a finalizer that stays, or of a policy.
@Suite(.timeLimit(.minutes(5)))
struct DeletionFaultTests {
    @Test func `A31: a stuck finalizer keeps its object in the inventory with its age, and blocks nothing else`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let stuck = scene.configMap("stuck").replacing(
                "\ndata:",
                with: "\n  finalizers: [example.com/stuck]\ndata:"
            )
            try scene.commit(scene.baseFiles(configMaps: 3).merging(["stuck.yaml": stuck]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["stuck.yaml": nil, "c0.yaml": nil])
            let first = try await scene.sync()
            #expect(first.outcome == .succeeded, "\(first.objects.compactMap(\.error))")
            #expect(first.names(.pruned) == ["c0", "stuck"])
            let remark = first.object("stuck")?.warnings.joined() ?? ""
            #expect(remark.contains("example.com/stuck") && remark.contains("stays in the inventory"), "\(remark)")
            let live = try #require(try await scene.liveConfigMap("stuck"))
            #expect(live.finalizers == ["example.com/stuck"], "never stripped")
            let since = try #require(live.deletionTimestamp)
            // Later commits go on: applied and pruned; the stuck one is shown each time and not deleted again.
            scene.embedded?.faults.forgetRequests()
            try scene.commit(["c1.yaml": nil, "c2.yaml": scene.configMap("c2", "2")])
            let second = try await scene.sync()
            #expect(second.outcome == .succeeded)
            #expect(second.names(.pruned) == ["c1"] && second.names(.configured) == ["c2"])
            let kept = try #require(second.prune?.kept.first)
            #expect(kept.id.name == "stuck")
            #expect(kept.reason == "it is being deleted since \(since) and waits for the finalizers example.com/stuck")
            let run = try #require(second.run)
            let stored = try #require(try await scene.history.detail(run.id))
            #expect(stored.messages.contains { $0.contains("stuck") && $0.contains(since) }, "\(stored.messages)")
            let prepared = try await scene.reconciler().preparer.prepare(marks: [:])
            #expect(prepared.inventory.members.keys.contains { $0.name == "stuck" })
            #expect(scene.embedded?.faults.count("DELETE", "*/configmaps/stuck") ?? 0 == 0)
            // A pass with nothing else to do writes nothing because of it.
            scene.embedded?.faults.forgetRequests()
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(scene.embedded?.faults.writeCount ?? 0 == 0)
            try await scene.patch(CoreResources.configMaps, "stuck", ["metadata": ["finalizers": nil]])
            try await scene.checkPromises(bystanders: bystanders)
            #expect(try await scene.liveConfigMap("stuck") == nil)
        }
    }

    @Test func `A31: an object that is declared again while its finalizer keeps it comes back when it is gone`()
        async throws
    {
        try await withScene { scene in
            let held = scene.configMap("held").replacing("\ndata:", with: "\n  finalizers: [example.com/slow]\ndata:")
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["held.yaml": held]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.liveConfigMap("held")?.uid)
            try scene.commit(["held.yaml": nil])
            #expect(try await scene.sync().names(.pruned) == ["held"])
            try scene.commit(["held.yaml": scene.configMap("held"), "c0.yaml": scene.configMap("c0", "2")])
            let waiting = try await scene.sync()
            #expect(waiting.names(.failed) == ["held"] && waiting.names(.configured) == ["c0"])
            let object = try #require(waiting.object("held"))
            #expect(object.isRetryable && object.error?.contains("example.com/slow") == true, "\(object.error ?? "")")
            try await scene.patch(CoreResources.configMaps, "held", ["metadata": ["finalizers": nil]])
            try await scene.checkPromises()
            let after = try #require(try await scene.liveConfigMap("held")?.uid)
            #expect(after != before)
        }
    }

    /// Words of a real server: kube-apiserver 1.36.2 with a ValidatingAdmissionPolicy, and with a webhook.
    static let denials: [(status: Int, reason: String, message: String)] = [
        (
            422, "Invalid",
            "configmaps \"c0\" is forbidden: ValidatingAdmissionPolicy 'keep' with binding 'keep' denied request: deletion is"
                + " not allowed here"
        ),
        (403, "Forbidden", "admission webhook \"keep.example.com\" denied the request: deletion is not allowed here"),
        (
            403, "Forbidden",
            "configmaps \"c0\" is forbidden: User \"admin\" cannot delete resource \"configmaps\" in API group \"\""
        ),
    ]

    @Test(arguments: denials)
    func `A40: a delete that a policy denies leaves its object in the inventory, says so, and is tried again`(
        status: Int,
        reason: String,
        message: String
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let path = "/api/v1/namespaces/\(scene.namespace)/configmaps/c0"
            let rule = cluster.faults.add(
                FaultRule("DELETE", path, .failure(status: status, reason: reason, message: message))
            )
            try scene.commit(["c0.yaml": nil, "c1.yaml": nil])
            let first = try await scene.sync()
            #expect(first.outcome == .degraded)
            #expect(first.names(.failed) == ["c0"] && first.names(.pruned) == ["c1"], "the others go on")
            let error = first.object("c0")?.error ?? ""
            #expect(error.contains("not deleted, stays in the inventory") && error.contains(message), "\(error)")
            #expect(first.object("c0")?.isRetryable == true)
            let inventory = try await scene.reconciler().preparer.prepare(marks: [:]).inventory
            #expect(inventory.members.keys.contains { $0.name == "c0" })
            // Tried again, once a pass.
            #expect(try await scene.sync().names(.failed) == ["c0"])
            #expect(cluster.faults.hits(rule) == 2)
            let run = try #require(first.run)
            let mutations = try #require(try await scene.history.detail(run.id)).mutations
            let denied = try #require(mutations.first { $0.id.name == "c0" && $0.verb == .delete })
            #expect(
                denied.ending == .failed && denied.message.contains("not allowed here") != message.contains("cannot")
            )
            cluster.faults.remove(rule)
            try await scene.checkPromises(bystanders: bystanders)
            #expect(try await scene.liveConfigMap("c0") == nil)
        }
    }

    @Test func `A40: a delete of which no answer came ends the deleting, and the next pass goes on`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            var files = scene.baseFiles(configMaps: 1)
            files["web.yaml"] = scene.deployment("web")
            try scene.commit(files)
            #expect(try await scene.sync { $0.healthTimeout = .seconds(60) }.outcome == .succeeded)
            let path = "/apis/apps/v1/namespaces/\(scene.namespace)/deployments/web"
            let rule = cluster.faults.add(FaultRule("DELETE", path, .reset))
            try scene.commit(["c0.yaml": nil, "web.yaml": nil])
            let first = try await scene.sync()
            #expect(first.outcome == .degraded)
            #expect(first.names(.failed) == ["web"])
            #expect(first.object("c0")?.action == .skipped, "the workload may be there, and use it")
            let error = first.object("c0")?.error ?? ""
            #expect(error.contains("the API server was not heard clearly in this pass"), "\(error)")
            #expect(cluster.faults.hits(rule) > 0)
            #expect(try await scene.liveConfigMap("c0") != nil)
            cluster.faults.remove(rule)
            try await scene.checkPromises(bystanders: bystanders)
            #expect(try await scene.liveConfigMap("c0") == nil)
        }
    }

    @Test func `A31: an object of which it cannot be read whether it is gone is not said to wait for finalizers`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let widget = scene.widget("w", finalizers: "\"example.com/hold\"")
            let files = ["ns.yaml": scene.namespaceManifest, "crd.yaml": scene.widgetDefinition()]
            try scene.commit(files.merging(["w.yaml": widget, "c.yaml": scene.configMap("c")]) { $1 })
            #expect(try await scene.sync { $0.healthTimeout = .seconds(60) }.outcome == .succeeded)
            let path = "/apis/\(scene.group)/v1/namespaces/\(scene.namespace)/widgets/w"
            // The look before the delete succeeds, the later ones do not.
            cluster.faults.add(
                FaultRule("get", path, .failure(status: 403, reason: "Forbidden", message: "no look"), on: .from(2))
            )
            try scene.commit(["w.yaml": nil, "c.yaml": nil])
            let first = try await scene.sync()
            let error = first.object("c")?.error ?? ""
            #expect(error.contains("may still be there: it could not be read") && error.contains("no look"), "\(error)")
            #expect(!error.contains("waits for finalizers"), "\(error)")
            #expect(try await scene.liveConfigMap("c") != nil)
        }
    }

    @Test(arguments: [Duration.seconds(2), .zero])
    func `A31: what is being deleted is waited for no longer than the project says`(timeout: Duration) async throws {
        try await withScene { scene in
            let widget = scene.widget("w", finalizers: "\"example.com/hold\"")
            let files = ["ns.yaml": scene.namespaceManifest, "crd.yaml": scene.widgetDefinition()]
            try scene.commit(files.merging(["w.yaml": widget, "c.yaml": scene.configMap("c")]) { $1 })
            #expect(try await scene.sync { $0.healthTimeout = .seconds(60) }.outcome == .succeeded)
            try scene.commit(["w.yaml": nil, "c.yaml": nil])
            let start = ContinuousClock.now
            let outcome = try await scene.sync { $0.healthTimeout = timeout }
            // A minute, however long the project waits, was the fault.
            #expect(start.duration(to: .now) < .seconds(40))
            let error = outcome.object("c")?.error ?? ""
            #expect(error.contains("example.com/hold") || error.contains("waits for finalizers"), "\(error)")
            try await scene.patch(scene.widgets, "w", ["metadata": ["finalizers": nil]])
            try await scene.checkPromises()
        }
    }
}
