// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// What leaves the cluster, and what must never.
struct PruneTests {
    private func removed(_ count: Int) throws -> [KubeObject] {
        try (0..<count).map { try PlanFixture.live(PlanFixture.configMap("old-\($0)"), uid: "uid-old-\($0)") }
    }

    private func kept(_ count: Int) throws -> [KubeObject] {
        try (0..<count).map {
            try PlanFixture.live(PlanFixture.configMap("kept"), uid: "uid-kept-\($0)", owned: #""f:data":{"f:a":{}}"#)
        }
    }

    @Test func `a member that the commit no longer declares is deleted with its uid`() throws {
        let old = try removed(1)
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: old,
            members: [(old[0], "uid-old-0")]
        )
        #expect(plan.prune.verdict == .allowed)
        #expect(plan.prune.steps.map(\.uid) == ["uid-old-0"])
    }

    @Test func `left over is what may have to be deleted, now or later`() throws {
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("new"))
        let old = try removed(2)
        let ids = Set(old.map(\.id))
        var alone = old[1]
        alone.json[["metadata", "annotations", "sternpost.dev/reconcile"]] = "disabled"
        var disabled = PlanPolicy()
        disabled.prune.isEnabled = false
        func leftOver(_ live: [KubeObject], unread: Bool = false, policy: PlanPolicy = PlanPolicy()) -> Set<ObjectID> {
            PlanFixture.plan(
                rendered,
                live: live,
                members: old.map { ($0, $0.uid) },
                unreadable: unread ? [old[0].id.groupKind: "HTTP 500"] : [:],
                policy: policy
            ).prune.leftOver
        }
        #expect(leftOver(old) == ids)
        #expect(leftOver([], unread: true) == ids)
        #expect(leftOver([]).isEmpty)
        #expect(leftOver(old, policy: disabled).isEmpty)
        #expect(leftOver([old[0], alone]) == [old[0].id])
    }

    @Test func `an object that carries our label but is no member is never deleted`() throws {
        let copied = try removed(1)
        let plan = PlanFixture.plan(try PlanFixture.rendered(PlanFixture.configMap("new")), live: copied)
        #expect(plan.prune.steps.isEmpty)
    }

    @Test(arguments: [
        ("uid", "was deleted and created again by someone else"),
        ("label", "no longer carries this project's label"),
        ("keep", "asks to be kept"),
        ("gone", "it is gone"),
        ("unconfirmed", "not created by this project"),
    ])
    func `a member that is not provably ours is released and not deleted`(_ change: String, _ reason: String) throws {
        var old = try removed(1)
        var uid: String? = "uid-old-0"
        switch change {
        case "uid": uid = "another"
        case "label": old[0].json[["metadata", "labels", ApplySet.partOfLabel]] = nil
        case "keep": old[0].json[["metadata", "annotations", "sternpost.dev/prune"]] = "disabled"
        case "unconfirmed":
            uid = nil
            old[0].json[["metadata", "managedFields"]] = []
        default: break
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: change == "gone" ? [] : old,
            members: [(old[0], uid)]
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.released.count == 1)
        #expect(plan.prune.released[0].reason.contains(reason))
    }

    @Test func `nothing is deleted when a kind could not be listed, an unknown kind is declared or a group is away`()
        throws
    {
        let old = try removed(1)
        let members = [(old[0], Optional("uid-old-0"))]
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("new"))
        let unreadable = PlanFixture.plan(
            rendered,
            live: old,
            members: members,
            unreadable: [GroupKind(group: "", kind: "Secret"): "forbidden"]
        )
        let unknown = PlanFixture.plan(
            try PlanFixture.rendered(
                PlanFixture.configMap("new"),
                #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w"}}"#
            ),
            live: old,
            members: members
        )
        var catalog = PlanFixture.catalog
        catalog.markUnavailable(group: "metrics.k8s.io", reason: "503")
        let away = PlanFixture.plan(
            try PlanFixture.rendered(
                PlanFixture.configMap("new"),
                #"{"apiVersion":"metrics.k8s.io/v1","kind":"NodeMetrics","metadata":{"name":"n"}}"#
            ),
            live: old,
            members: members,
            catalog: catalog
        )
        for plan in [unreadable, unknown, away] {
            guard case .blocked(let reasons) = plan.prune.verdict else {
                Issue.record("expected a blocked prune, got \(plan.prune.verdict)")
                continue
            }
            #expect(!reasons.isEmpty)
        }
    }

    @Test func `nothing leaves the inventory while everything is kept back`() throws {
        let old = try removed(2)
        func plan(_ unreadable: [GroupKind: String]) throws -> PrunePlan {
            PlanFixture.plan(
                try PlanFixture.rendered(PlanFixture.configMap("new")),
                live: [old[0]],
                members: old.map { ($0, $0.uid) },
                unreadable: unreadable
            ).prune
        }
        let free = try plan([:])
        #expect(free.released.map(\.id) == [old[1].id] && free.leaving == free.released)
        let kept = try plan([GroupKind(group: "", kind: "Secret"): "forbidden"])
        guard case .blocked = kept.verdict else {
            Issue.record("expected a blocked prune, got \(kept.verdict)")
            return
        }
        #expect(kept.released.map(\.id) == [old[1].id] && kept.leaving.isEmpty)
    }

    @Test func `a member of a kind that could not be listed stays a member`() throws {
        let old = try removed(1)
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            members: [(old[0], "uid-old-0")],
            unreadable: [GroupKind(group: "", kind: "ConfigMap"): "timeout"]
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.released.isEmpty)
    }

    @Test(arguments: [(5, 8, true), (6, 8, false), (30, 100, true), (31, 100, false)])
    func `more than the larger limit is held until a person approves exactly that`(
        _ count: Int,
        _ total: Int,
        _ isAllowed: Bool
    ) throws {
        let old = try removed(total)
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("new"))
        var declared = rendered.objects
        for object in old[count...] {
            declared.append(.init(object: object, origin: .init(file: "infra/kept.yaml", line: declared.count)))
        }
        let plan = PlanFixture.plan(
            .init(commit: rendered.commit, treeID: rendered.treeID, objects: declared, notices: []),
            live: old,
            members: old.map { ($0, $0.uid) }
        )
        #expect(plan.prune.steps.count == count)
        switch plan.prune.verdict {
        case .allowed: #expect(isAllowed)
        case .held(let reasons, let hash):
            #expect(!isAllowed)
            #expect(reasons[0].contains("\(count) of \(total) objects"))
            #expect(hash.count == 64, "the whole SHA-256, not a part that can be met by trying")
        default: Issue.record("unexpected verdict \(plan.prune.verdict)")
        }
    }

    @Test(arguments: [(nil, true), (20, false), (1_000, true)] as [(Int?, Bool)])
    func `what came while a member is left over does not raise the limit`(_ base: Int?, _ isAllowed: Bool) throws {
        let old = try removed(40)
        let declared = old[12...].map { RenderedObject(object: $0, origin: .init(file: "infra/kept.yaml", line: 1)) }
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("new"))
        let prune = PlanFixture.plan(
            .init(
                commit: rendered.commit,
                treeID: rendered.treeID,
                objects: rendered.objects + declared,
                notices: []
            ),
            live: old,
            members: old.map { ($0, $0.uid) },
            pruneBase: base
        ).prune
        #expect(prune.steps.count == 12)
        #expect(prune.leftOver == Set(prune.steps.map(\.id)))
        #expect(prune.base == min(base ?? 40, 40))
        guard case .held(let reasons, _) = prune.verdict else {
            #expect(isAllowed && prune.verdict == .allowed)
            return
        }
        #expect(!isAllowed)
        #expect(reasons.contains { $0.hasPrefix("12 of 20 objects would be deleted; without approval at most 6 ") })
    }

    @Test(arguments: ["Namespace", "PersistentVolumeClaim", "CustomResourceDefinition"])
    func `a single protected object is held`(_ kind: String) throws {
        let apiVersion = kind == "CustomResourceDefinition" ? "apiextensions.k8s.io/v1" : "v1"
        let place = kind == "PersistentVolumeClaim" ? #","namespace":"shop""# : ""
        let old = try PlanFixture.live(
            #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":{"name":"old"\#(place)}}"#
        )
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [old],
            members: [(old, "uid-1")]
        )
        guard case .held(let reasons, _) = plan.prune.verdict else {
            Issue.record("expected a held prune, got \(plan.prune.verdict)")
            return
        }
        #expect(reasons.contains { $0.contains("takes data or other objects with it") })
    }

    @Test func `deletion goes the other way: workloads before what they need, namespaces last`() throws {
        let texts = [
            #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#,
            PlanFixture.configMap("settings"),
            #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}}"#,
        ]
        let old = try texts.enumerated().map { try PlanFixture.live($1, uid: "uid-\($0)") }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new","namespace":"other"}}"#
            ),
            live: old,
            members: old.map { ($0, $0.uid) }
        )
        #expect(plan.prune.steps.map(\.id.kind) == ["Deployment", "ConfigMap", "Namespace"])
    }

    @Test func `a namespace or a definition that declared objects live in stays`() throws {
        let old = [
            try PlanFixture.live(#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#, uid: "u1")
        ]
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("stays")),
            live: old,
            members: [(old[0], "u1")]
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.kept.map(\.reason) == ["it holds objects that are declared"])
    }

    @Test func `a refused manifest shields its object, whatever namespace it wrongly names`() throws {
        let role = try PlanFixture.live(
            #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#
        )
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                PlanFixture.configMap("new"),
                """
                {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","namespace":"stray",
                "annotations":{"sternpost.dev/wave":"one"}}}
                """
            ),
            live: [role],
            members: [(role, "uid-1")]
        )
        #expect(plan.refused.map(\.reason) == [.invalid])
        #expect(plan.prune.steps.isEmpty && plan.prune.released.isEmpty)
    }

    @Test func `an object that was handed over to another tool is released`() throws {
        var old = try removed(1)
        old[0].json[["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]] = "apps"
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: old,
            members: [(old[0], "uid-old-0")]
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.released.first?.reason.contains("Flux") == true)
    }

    @Test(arguments: [true, false])
    func `members of a kind that is not served leave only when it is confirmed to be gone`(_ isGone: Bool) throws {
        let widget = try PlanFixture.live(
            #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"shop"}}"#
        )
        let plan = Planner.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            against: LiveSet(
                catalog: PlanFixture.catalog,
                objects: [:],
                unreadable: [:],
                undefined: isGone ? [widget.id.groupKind] : []
            ),
            inventory: Inventory(applySet: PlanFixture.applySet, members: [widget.id: .init(uid: "uid-1")]),
            policy: PlanPolicy()
        )
        #expect(plan.prune.released.count == (isGone ? 1 : 0))
        #expect(plan.prune.kept.count == (isGone ? 0 : 1))
    }
}
