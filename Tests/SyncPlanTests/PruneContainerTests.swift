// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// Namespaces and definitions, whose deletion takes other objects along.
struct PruneContainerTests {
    static let space = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#
    private static let claim =
        #"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data","namespace":"shop"}}"#
    static let elsewhere =
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new","namespace":"other"}}"#
    static let definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.acme.dev"},
        "spec":{"group":"acme.dev","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets"},
        "versions":[{"name":"v1","served":true}]}}
        """
    static let widget =
        #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"shop"}}"#

    static let catalog: APICatalog = {
        var catalog = PlanFixture.catalog
        let gvk = GroupVersionKind(group: "acme.dev", version: "v1", kind: "Widget")
        catalog.add(APIResource(gvk: gvk, plural: "widgets", isNamespaced: true, verbs: ["list", "get", "delete"]))
        return catalog
    }()

    func plan(
        _ container: KubeObject,
        _ others: [KubeObject],
        strangers: [KubeObject] = [],
        contents: ContainerContents? = ContainerContents(objects: [])
    ) throws -> Plan {
        PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: [container] + others + strangers,
            members: ([container] + others).map { ($0, $0.uid) },
            catalog: Self.catalog,
            contents: contents.map { [container.id: $0] } ?? [:]
        )
    }

    /// Changes that make an object stay.
    private static let changes: [(String, String)] = [
        ("sternpost.dev/prune", "disabled"), ("sternpost.dev/reconcile", "disabled"), ("sternpost.dev/prune", "no"),
        ("argocd.argoproj.io/tracking-id", "shop:/v1:shop/data"), ("label", ""), ("uid", ""),
    ]

    private static func changed(_ text: String, _ key: String, _ value: String) throws -> KubeObject {
        try PlanFixture.live(text, uid: key == "uid" ? "another" : "uid-2") { json in
            switch key {
            case "uid": break
            case "label": json[["metadata", "labels", ApplySet.partOfLabel]] = nil
            default: json[["metadata", "annotations", key]] = .string(value)
            }
        }
    }

    @Test(arguments: changes)
    func `a Namespace stays while a member in it stays, for whatever reason`(_ key: String, _ value: String) throws {
        let space = try PlanFixture.live(Self.space)
        let claim = try Self.changed(Self.claim, key, value)
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: [space, claim],
            members: [(space, "uid-1"), (claim, "uid-2")]
        )
        #expect(plan.prune.steps.isEmpty)
        let reason = plan.prune.kept.first { $0.id == space.id }?.reason
        #expect(reason?.contains("it holds PersistentVolumeClaim shop/data, which stays") == true, "\(reason ?? "-")")
    }

    @Test(arguments: changes)
    func `a definition stays while an object of its kind stays, for whatever reason`(_ key: String, _ value: String)
        throws
    {
        let definition = try PlanFixture.live(Self.definition)
        let widget = try Self.changed(Self.widget, key, value)
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: [definition, widget],
            members: [(definition, "uid-1"), (widget, "uid-2")],
            catalog: Self.catalog
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.kept.contains { $0.id == definition.id && $0.reason.contains("acme.dev shop/w") })
    }

    @Test func `what was let go earlier still keeps its Namespace`() throws {
        let space = try PlanFixture.live(Self.space)
        let claim = try Self.changed(Self.claim, "sternpost.dev/prune", "disabled")
        let known = try plan(space, [], strangers: [claim])
        #expect(known.prune.steps.isEmpty)
        let found = try plan(space, [], contents: ContainerContents(objects: [claim]))
        #expect(found.prune.steps.isEmpty)
        #expect(found.prune.kept.first?.reason.contains("PersistentVolumeClaim shop/data") == true)
    }

    @Test func `a Namespace stays while another tool has an object in it`() throws {
        let flux = try PlanFixture.object(
            """
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"theirs","namespace":"shop",
            "labels":{"kustomize.toolkit.fluxcd.io/name":"apps","kustomize.toolkit.fluxcd.io/namespace":"flux"}}}
            """
        )
        let plan = try plan(
            PlanFixture.live(Self.space),
            [],
            contents: ContainerContents(objects: [flux])
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.kept.first?.reason.contains("belongs to Flux") == true)
    }

    @Test func `a Namespace stays while it holds what a refused manifest may mean, whoever owns that`() throws {
        let space = try PlanFixture.live(Self.space)
        let theirs = try PlanFixture.live(PlanFixture.configMap("new"), uid: "uid-2") { json in
            json[["metadata", "labels", ApplySet.partOfLabel]] = "applyset-other-v1"
        }
        let leftAlone = """
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new","namespace":"other",
            "annotations":{"sternpost.dev/reconcile":"disabled"}}}
            """
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(leftAlone),
            live: [space],
            members: [(space, space.uid)],
            contents: [space.id: ContainerContents(objects: [theirs])]
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.kept.first?.reason.contains("ConfigMap shop/new, which stays") == true)
    }

    /// The controller may stay while the Namespace goes.
    @Test(
        arguments: [
            ("rbac.authorization.k8s.io/v1", "ClusterRole", false), ("acme.dev/v1", "Nothing", false),
            ("apps/v1", "Deployment", true),
        ]
    )
    func `what something in no namespace controls is in the list, and so is what nothing known controls`(
        group: String,
        kind: String,
        follows: Bool
    ) throws {
        let space = try PlanFixture.live(Self.space)
        let object = try PlanFixture.object(
            """
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"data","namespace":"shop","uid":"x1",
            "ownerReferences":[{"apiVersion":"\(group)","kind":"\(kind)","name":"c","uid":"x4","controller":true}]}}
            """
        )
        let followers = FollowerRule(PlanFixture.catalog)
        let contents = ContainerContents(objects: [object], followers: followers)
        guard case .held(let reasons, _) = try plan(space, [], contents: contents).prune.verdict else {
            Issue.record("not held")
            return
        }
        let line = "takes along 1 object not in the list: Secret shop/data"
        #expect(reasons.contains { $0.contains(line) } == !follows, "\(reasons)")
        var foreign = object
        foreign.json[["metadata", "labels"]] = ["kustomize.toolkit.fluxcd.io/name": "apps"]
        let kept = try plan(space, [], contents: ContainerContents(objects: [foreign], followers: followers)).prune.kept
        let reason = kept.first?.reason.contains("Secret shop/data, which stays: it belongs to Flux")
        #expect(reason == (follows ? nil : true), "\(kept)")
    }

    @Test func `the list that a person approves names what goes along, and the hash covers it`() throws {
        let space = try PlanFixture.live(Self.space)
        let texts = [
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"by-hand","namespace":"shop","uid":"x1"}}"#,
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt","namespace":"shop","uid":"x2"}}"#,
            """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"shop","uid":"x3",
            "ownerReferences":[{"kind":"ReplicaSet","name":"web","uid":"x4","controller":true}]}}
            """,
        ]
        let objects = try texts.map { try PlanFixture.object($0) }
        let some = try plan(space, [], contents: ContainerContents(objects: objects))
        guard case .held(let reasons, let hash) = some.prune.verdict else {
            Issue.record("not held: \(some.prune.verdict)")
            return
        }
        let reason = try #require(reasons.first { $0.contains("takes along") })
        #expect(reason.contains("takes along 1 object not in the list: Secret shop/by-hand"), "\(reason)")
        guard case .held(_, let other) = try plan(space, []).prune.verdict else { return }
        #expect(hash != other)
        let unknown = try plan(space, [], contents: nil)
        #expect(unknown.prune.containers == [space.id])
        guard case .held(let unlooked, _) = unknown.prune.verdict else { return }
        #expect(unlooked.contains { $0.contains("was not looked at") })
        let part = try plan(
            space,
            [],
            contents: ContainerContents(objects: [], notLookedAt: [GroupKind(group: "", kind: "Secret"): "forbidden"])
        )
        guard case .held(let partly, _) = part.prune.verdict else { return }
        #expect(partly.contains { $0.contains("was not looked through for Secret: forbidden") })
    }

    @Test func `an owner stays while what it owns stays, because the garbage collector would take that along`() throws {
        let owner = try PlanFixture.live(PlanFixture.configMap("owner"), uid: "uid-owner")
        let child = try PlanFixture.live(PlanFixture.configMap("child"), uid: "uid-child") {
            $0[["metadata", "annotations", "sternpost.dev/prune"]] = "disabled"
            $0[["metadata", "ownerReferences"]] = [["kind": "ConfigMap", "name": "owner", "uid": "uid-owner"]]
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: [owner, child],
            members: [(owner, "uid-owner"), (child, "uid-child")]
        )
        #expect(plan.prune.steps.isEmpty)
        let reasons = plan.prune.kept.map(\.reason)
        #expect(reasons.contains { $0.contains("ConfigMap shop/child, which it owns, stays") }, "\(reasons)")
    }

    @Test func `a Namespace that empties itself waits for nothing`() throws {
        let space = try PlanFixture.live(Self.space)
        let going = try PlanFixture.live(Self.claim, uid: "uid-2") {
            $0[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z"
        }
        #expect(try plan(space, [going]).prune.steps.map(\.id) == [space.id])
    }

    static func map(_ name: String, ownedBy owner: String? = nil, wish: String? = nil) throws -> KubeObject {
        try PlanFixture.live(PlanFixture.configMap(name), uid: "uid-\(name)") { json in
            if let wish { json[["metadata", "annotations", "sternpost.dev/prune"]] = .string(wish) }
            if let owner {
                json[["metadata", "ownerReferences"]] = [
                    ["kind": "ConfigMap", "name": .string(owner), "uid": .string("uid-\(owner)")]
                ]
            }
        }
    }

    @Test func `owners of owners stay too, and so do their Namespace and its like`() throws {
        let space = try PlanFixture.live(Self.space, uid: "uid-space")
        let all = [
            space, try Self.map("first"), try Self.map("second", ownedBy: "first"),
            try Self.map("third", ownedBy: "second", wish: "disabled"), try Self.map("other"),
        ]
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: all,
            members: all.map { ($0, $0.uid) }
        )
        #expect(plan.prune.steps.map(\.id.name) == ["other"])
        #expect(plan.prune.kept.map(\.id.name).sorted() == ["first", "second", "shop", "third"])
    }

    @Test func `a definition stays while an object of its kind stays for what it owns`() throws {
        let definition = try PlanFixture.live(Self.definition, uid: "uid-definition")
        let widget = try PlanFixture.live(Self.widget, uid: "uid-w")
        let child = try PlanFixture.live(PlanFixture.configMap("child"), uid: "uid-child") {
            $0[["metadata", "annotations", "sternpost.dev/prune"]] = "disabled"
            $0[["metadata", "ownerReferences"]] = [["kind": "Widget", "name": "w", "uid": "uid-w"]]
        }
        let all = [definition, widget, child]
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: all,
            members: all.map { ($0, $0.uid) },
            catalog: Self.catalog
        )
        #expect(plan.prune.steps.isEmpty, "\(plan.prune.steps.map(\.id))")
    }

    @Test func `a long chain of owners costs one look each`() throws {
        let count = 3_000
        var all = [try Self.map("m0")]
        for number in 1..<count { all.append(try Self.map("m\(number)", ownedBy: "m\(number - 1)")) }
        all.append(try Self.map("last", ownedBy: "m\(count - 1)", wish: "disabled"))
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: all,
            members: all.map { ($0, $0.uid) }
        )
        #expect(plan.prune.steps.isEmpty && plan.prune.kept.count == count + 1)
        #expect(plan.prune.kept.allSatisfy { $0.reason.utf8.count < 200 })
    }

    @Test func `a declared object as it should be keeps its owner, when all that is known of it was kept`() throws {
        let owner = try Self.map("owner")
        let child = try PlanFixture.live(
            PlanFixture.configMap("child"),
            uid: "uid-child",
            owned: #""f:data":{"f:a":{}}"#
        ) {
            $0[["metadata", "ownerReferences"]] = [["kind": "ConfigMap", "name": "owner", "uid": "uid-owner"]]
        }
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("child"))
        let triage = Triage(
            rendered: rendered,
            catalog: PlanFixture.catalog,
            inventory: Inventory(applySet: PlanFixture.applySet),
            defaultNamespace: ""
        )
        let plan = PlanFixture.plan(
            rendered,
            live: [owner],
            kept: [child.id: triage.kept(child)],
            members: [(owner, "uid-owner"), (child, "uid-child")]
        )
        #expect(plan.unchanged.map(\.id) == [child.id])
        #expect(plan.prune.steps.isEmpty && plan.prune.kept.map(\.id) == [owner.id])
    }

    @Test func `a yes to a list that was looked through whole is none to one that was not`() throws {
        let space = try PlanFixture.live(Self.space)
        let secrets = GroupKind(group: "", kind: "Secret")
        let looks: [ContainerContents?] = [
            ContainerContents(objects: []), nil, ContainerContents(objects: [], notLookedAt: [secrets: "forbidden"]),
            ContainerContents(objects: [], notLookedAt: [GroupKind(group: "acme.dev", kind: "*"): "no answer"]),
        ]
        let hashes = try looks.compactMap { try plan(space, [], contents: $0).prune.approvalHash }
        #expect(hashes.count == looks.count && Set(hashes).count == looks.count)
    }

    @Test func `a Namespace that holds another project's inventory stays`() throws {
        let inventory = try PlanFixture.object(
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"sternpost-b","namespace":"shop","uid":"x1"}}"#
        )
        let plan = try plan(PlanFixture.live(Self.space), [], contents: ContainerContents(objects: [inventory]))
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.kept.first?.reason.contains("Secret shop/sternpost-b") == true)
    }
}
