// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// A member that an object needs which leaves the inventory and stays in the cluster is remembered as needed, whatever else
/// keeps it now: that may end, and then no pass reads the other object.
struct NeededMemberTests {
    /// What else keeps the ConfigMap in the pass that releases the Deployment.
    enum Other: CaseIterable {
        case nothing, unreadKind, controllerOfAnother, refusedNamesake, wishOfItsOwn
    }

    private static let catalog: APICatalog = {
        var catalog = PlanFixture.catalog
        let gvk = GroupVersionKind(group: "acme.dev", version: "v1", kind: "Certificate")
        let verbs: Set<String> = ["list", "get", "delete"]
        catalog.add(APIResource(gvk: gvk, plural: "certificates", isNamespaced: true, verbs: verbs))
        return catalog
    }()

    private func plan(_ other: Other, isEnabled: Bool) throws -> Plan {
        let web = try PlanFixture.live(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",
            "annotations":{"sternpost.dev/prune":"disabled"}},"spec":{"template":{"spec":{
            "volumes":[{"name":"v","configMap":{"name":"old"}}]}}}}
            """,
            uid: "uid-web"
        )
        let old = try PlanFixture.live(PlanFixture.configMap("old"), uid: "uid-old") { json in
            guard other == .wishOfItsOwn else { return }
            json[["metadata", "annotations"]] = ["sternpost.dev/reconcile": "disabled"]
        }
        var live = [web, old]
        if other == .controllerOfAnother {
            live.append(
                try PlanFixture.live(
                    """
                    {"apiVersion":"acme.dev/v1","kind":"Certificate","metadata":{"name":"c","namespace":"shop",
                    "deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["acme.dev/clean"]}}
                    """,
                    uid: "uid-c"
                )
            )
        }
        let namesake = #"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"old","namespace":"other",
            "annotations":{"sternpost.dev/reconcile":"disabled"}}}
            """#
        return PlanFixture.plan(
            try PlanFixture.rendered(other == .refusedNamesake ? namesake : PlanFixture.configMap("new")),
            live: other == .unreadKind ? [web] : live,
            members: live.map { ($0, $0.uid) },
            unreadable: other == .unreadKind ? [old.id.groupKind: "the list failed"] : [:],
            catalog: Self.catalog,
            policy: PlanPolicy(prune: .init(isEnabled: isEnabled, maxObjects: 100, maxPercent: 100))
        )
    }

    @Test(arguments: Other.allCases, [true, false])
    func `what an object needs that leaves the inventory is remembered`(other: Other, isEnabled: Bool) throws {
        let plan = try plan(other, isEnabled: isEnabled)
        let old = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "old")
        #expect(!plan.prune.steps.contains { $0.id == old })
        let isLeaving = plan.prune.leaving.contains { $0.id.name == "web" }
        // With an unread kind nothing leaves while pruning is on.
        #expect(isLeaving == (other != .unreadKind || !isEnabled), "\(plan.prune)")
        #expect((plan.prune.doubts[old] == .needed) == isLeaving)
    }
}
