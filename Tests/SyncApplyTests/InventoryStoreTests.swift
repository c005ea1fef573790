// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import TestKit
import Testing

/// How the list of one kind fails while a lost inventory is made again.
enum RebuildFault: Sendable {
    case serverError, noList

    var action: FaultAction {
        switch self {
        case .serverError: .failure(status: 500, reason: "InternalError", message: "etcdserver: leader changed")
        case .noList: .answer(status: 200, body: ["apiVersion": "v1", "kind": "ServiceAccountList"])
        }
    }
}

/// The inventory's parent in a cluster.
@Suite(.timeLimit(.minutes(5)))
struct InventoryStoreTests {
    @Test func `the parent says what kubectl's ApplySet convention wants`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), deployment("web")])
            let parent = try #require(try await project.live("Secret", "sternpost-test"))
            #expect(parent.label(ApplySet.idLabel) == project.applySet.id)
            #expect(parent.annotation(ApplySet.toolingAnnotation) == "sternpost/v0.1")
            #expect(parent.annotation(ApplySet.groupKindsAnnotation) == "ConfigMap,Deployment.apps")
            #expect(parent.annotation(ApplySet.namespacesAnnotation) == "")
            #expect(parent.managedFields.map(\.manager) == ["sternpost-applyset"])
            #expect(try await project.live("ConfigMap", "a")?.label(ApplySet.partOfLabel) == project.applySet.id)
        }
    }

    @Test func `labels that people put on the parent stay`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            try await project.kubectl(["label", "secret", "sternpost-test", "backup=yes"])
            try await project.sync([configMap("a"), configMap("b")])
            #expect(try await project.live("Secret", "sternpost-test")?.label("backup") == "yes")
        }
    }

    @Test(arguments: [
        (#"{"metadata":{"annotations":{"applyset.kubernetes.io/tooling":"kubectl/v1.32"}}}"#, "another tool (kubectl"),
        (#"{"metadata":{"labels":{"applyset.kubernetes.io/id":"applyset-x-v1"}}}"#, "was copied"),
        (#"{"metadata":{"labels":{"applyset.kubernetes.io/id":null}}}"#, "is no ApplySet parent"),
    ])
    func `a parent that is not ours is refused`(_ patch: String, _ words: String) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            try await project.kubectl(["patch", "secret", "sternpost-test", "--type=merge", "-p", patch])
            let error = await #expect(throws: InventoryError.self) { try await project.storedInventory() }
            #expect(error?.reason == .foreignParent)
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }

    @Test func `a damaged inventory is an error and not an empty one`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            let patch = #"{"stringData":{"inventory":"{\"ConfigMap\":"}}"#
            try await project.kubectl(["patch", "secret", "sternpost-test", "--type=merge", "-p", patch])
            let error = await #expect(throws: InventoryError.self) { try await project.storedInventory() }
            #expect(error?.reason == .corruptInventory)
        }
    }

    @Test func `two operators on one project cannot overwrite each other`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            let (mine, other) = (project.store(), project.store())
            let (plan, inventory) = try await project.plan([configMap("a"), configMap("mine")], store: mine)
            let (theirs, theirInventory) = try await project.plan([configMap("a"), configMap("other")], store: other)
            _ = await project.applier(store: other).apply(theirs, inventory: theirInventory)
            let report = await project.applier(store: mine).apply(plan, inventory: inventory)
            #expect(report.interruption?.contains("changed by somebody else") == true)
            #expect(try await project.live("ConfigMap", "mine") == nil)
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal), arguments: [RebuildFault.serverError, .noList])
    func `a lost inventory that was found in a part of the cluster names the rest`(_ fault: RebuildFault) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), serviceAccount("robot")])
            try await project.kubectl(["delete", "secret", "sternpost-test"])
            let faults = try #require(project.cluster.embedded?.faults)
            let rule = faults.add(FaultRule("list", "/api/v1/serviceaccounts", fault.action))
            let part = try await project.storedInventory()
            #expect(part.members.keys.map(\.name) == ["a"])
            #expect(part.unseenKinds.map(\.kind) == ["ServiceAccount"])
            #expect(faults.hits(rule) >= 1)
            faults.remove(rule)
            let inventory = try await project.storedInventory()
            #expect(Set(inventory.members.keys.map(\.name)) == ["a", "robot"])
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal), arguments: [(403, "Forbidden"), (404, "NotFound")])
    func `kinds that may not be listed do not keep a lost inventory from being found`(_ status: Int, _ reason: String)
        async throws
    {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            try await project.kubectl(["delete", "secret", "sternpost-test"])
            let action = FaultAction.failure(status: status, reason: reason, message: "robots cannot list them")
            project.cluster.embedded?.faults.add(FaultRule("list", "/api/v1/serviceaccounts", action))
            let inventory = try await project.storedInventory()
            #expect(Set(inventory.members.keys.map(\.name)) == ["a"])
        }
    }

    @Test func `the parent's namespace is created when it is missing`() async throws {
        try await ProjectUnderTest.run { project in
            let name = "\(project.namespace)-parent"
            let applySet = ApplySet(project: "test", namespace: name)
            let store = InventoryStore(client: project.client, applySet: applySet, project: "test")
            let inventory = try await store.load(catalog: APICatalog())
            try await store.write(inventory, journal: project.journal, reason: "test")
            let rows = project.journal.rows
            #expect(rows.map(\.intent.id.kind) == ["Namespace", "Secret"])
            #expect(rows.allSatisfy { $0.result == .done })
            try await store.write(inventory, journal: project.journal, reason: "again")
            #expect(project.journal.rows.count == rows.count, "what the cluster says already is not sent")
            let space = try #require(try await project.client.get(.namespaces, namespace: "", name: name))
            let uid = try #require(space.uid)
            _ = try await project.client.delete(
                .namespaces,
                namespace: "",
                name: name,
                uid: uid,
                propagation: .background
            )
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `who may not read namespaces creates the missing one all the same`() async throws {
        try await ProjectUnderTest.run { project in
            let name = "\(project.namespace)-parent"
            let forbidden = FaultAction.failure(status: 403, reason: "Forbidden", message: "robots cannot get them")
            project.cluster.embedded?.faults.add(FaultRule("get", "/api/v1/namespaces/\(name)", forbidden))
            let applySet = ApplySet(project: "test", namespace: name)
            let store = InventoryStore(client: project.client, applySet: applySet, project: "test")
            let inventory = try await store.load(catalog: APICatalog())
            try await store.write(inventory, journal: project.journal, reason: "test")
            let rows = project.journal.rows
            #expect(rows.map(\.intent.id.kind) == ["Secret", "Namespace", "Secret"])
            #expect(rows.map { $0.result == .done } == [false, true, true])
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `a write whose answer was lost, and that cannot be looked up, is written down as unknown`() async throws {
        try await ProjectUnderTest.run { project in
            let faults = try #require(project.cluster.embedded?.faults)
            let store = project.store()
            let inventory = try await store.load(catalog: APICatalog())
            let path = "/api/v1/namespaces/\(project.namespace)/secrets"
            let forbidden = FaultAction.failure(status: 403, reason: "Forbidden", message: "robots cannot get them")
            faults.add(FaultRule("create", path, .dropAnswer))
            faults.add(FaultRule("get", "\(path)/*", forbidden))
            let error = await #expect(throws: InventoryError.self) {
                try await store.write(inventory, journal: project.journal, reason: "test")
            }
            #expect(error?.isOutcomeUnknown == true)
            let results = project.journal.rows.map(\.result)
            guard results.count == 1, case .unknown? = results[0] else {
                Issue.record("\(results)")
                return
            }
            faults.removeAll()
            #expect(try await project.live("Secret", "sternpost-test") != nil)
        }
    }
}
