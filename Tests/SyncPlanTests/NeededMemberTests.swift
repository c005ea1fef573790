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
        let verbs: Set<String> = ["list", "get", "delete"]
        for (group, kind, plural) in [("acme.dev", "Certificate", "certificates"), ("batch", "CronJob", "cronjobs")] {
            let gvk = GroupVersionKind(group: group, version: "v1", kind: kind)
            catalog.add(APIResource(gvk: gvk, plural: plural, isNamespaced: true, verbs: verbs))
        }
        return catalog
    }()

    private func plan(_ other: Other, isEnabled: Bool) throws -> Plan {
        let web = try PlanFixture.live(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",
            "annotations":{"argocd.argoproj.io/tracking-id":"shop:apps/Deployment:shop/web"}},"spec":{"template":{"spec":{
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

    /// Objects of which each names, or is owned by, the next; the first one's deletion was refused.
    private static let chains: [[String]] = [
        [
            #"""
            {"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"a","namespace":"shop"},
            "spec":{"jobTemplate":{"spec":{"template":{"spec":{"serviceAccountName":"b"}}}}}}
            """#,
            #"""
            {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"b","namespace":"shop"},
            "imagePullSecrets":[{"name":"c"}]}
            """#,
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"c","namespace":"shop"}}"#,
        ],
        [
            #"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop",
            "ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"b","uid":"uid-1"}]}}
            """#,
            #"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"shop",
            "ownerReferences":[{"apiVersion":"v1","kind":"Secret","name":"c","uid":"uid-2"}]}}
            """#,
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"c","namespace":"shop"}}"#,
        ],
    ]

    @Test(arguments: chains)
    func `what an object needs whose deletion was refused waits, and so does what that needs`(chain: [String]) throws {
        let live = try chain.enumerated().map { try PlanFixture.live($1, uid: "uid-\($0)") }
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        func prune() throws -> PrunePlan {
            PlanFixture.plan(
                try PlanFixture.rendered(PlanFixture.configMap("new")),
                live: live,
                members: live.map { ($0, $0.uid) },
                catalog: Self.catalog,
                policy: policy
            ).prune
        }
        let steps = try prune().steps
        #expect(steps.count == 3)
        let refused = try #require(steps.first { $0.id.name == "a" })
        policy.withheldPrunes = [refused.id: WithheldPrune(refused, because: "denied")]
        let next = try prune()
        #expect(next.steps.isEmpty && next.withheld.map(\.id.name) == ["a"])
        #expect(next.waiting.map(\.id.name).sorted() == ["b", "c"])
        #expect(next.waiting.allSatisfy { $0.reason.contains(" is still there") }, "\(next.waiting)")
    }

    /// The account waits for the pods of a workload, so the Certificate that owns it waits, and so does its controller.
    @Test func `what waits for pods keeps its owner, and the controller of that`() throws {
        let texts = [
            #"{"apiVersion":"acme.dev/v1","kind":"Certificate","metadata":{"name":"c","namespace":"shop"}}"#,
            #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"controller","namespace":"shop"}}"#,
            #"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop",
            "ownerReferences":[{"apiVersion":"acme.dev/v1","kind":"Certificate","name":"c","uid":"uid-0"}]}}
            """#,
        ]
        let live = try texts.enumerated().map { try PlanFixture.live($1, uid: "uid-\($0)") }
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        let web = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        policy.unreadyUsers = [web: "1 of 2 replicas are updated"]
        let prune = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: live,
            members: live.map { ($0, $0.uid) },
            catalog: Self.catalog,
            policy: policy
        ).prune
        #expect(prune.steps.isEmpty, "\(prune.steps.map(\.id))")
        #expect(prune.waiting.map(\.id.name) == ["c", "controller", "a"])
    }
}
