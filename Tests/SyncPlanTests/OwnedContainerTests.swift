// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// Objects without namespace may own a Namespace or a definition, such as a Profile of Kubeflow the Namespace that its
/// controller makes, or a CompositeResourceDefinition of Crossplane a definition. With these all goes that is in them.
struct OwnedContainerTests {
    private static let space = ObjectID(groupKind: .namespace, namespace: "", name: "shop")
    private static let definition = ObjectID(
        groupKind: .customResourceDefinition,
        namespace: "",
        name: "widgets.acme.dev"
    )
    private static let profile = OwnerLink.Owner(
        id: ObjectID(group: "acme.dev", kind: "Profile", namespace: "", name: "p"),
        uid: "uid-p"
    )
    private static let widget =
        #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"shop"}}"#

    private static let catalog: APICatalog = {
        var catalog = PlanFixture.catalog
        let kinds = [
            ("acme.dev/v1", "Widget", "widgets"), ("acme.dev/v1", "Profile", "profiles"), ("v1", "Service", "services"),
            ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
        ]
        for (version, kind, plural) in kinds {
            catalog.add(
                APIResource(
                    gvk: GroupVersionKind(apiVersion: version, kind: kind),
                    plural: plural,
                    isNamespaced: ["Widget", "Service"].contains(kind),
                    verbs: ["list", "get", "patch", "delete"]
                )
            )
        }
        return catalog
    }()

    /// A member that has left git, and owns one of these.
    private static func owner() throws -> KubeObject {
        try PlanFixture.live(
            #"{"apiVersion":"acme.dev/v1","kind":"Profile","metadata":{"name":"p"}}"#,
            uid: profile.uid
        )
    }

    /// What is known when the Profile owns these, and nobody the others.
    private static func owned(_ containers: ObjectID...) -> [OwnerLink.Owner: Ancestor] {
        let owned = containers.map { id in
            (OwnerLink(to: id).owner, Ancestor.exists(owners: [OwnerLink(owned: id, owner: profile)]))
        }
        return Dictionary(owned) { first, _ in first }
    }

    private static func prune(
        _ members: [KubeObject],
        declared: String = PlanFixture.configMap("new"),
        withheld: [ObjectID: WithheldPrune] = [:],
        asksForContainers: Bool = false,
        _ ancestors: [OwnerLink.Owner: Ancestor] = [:]
    ) throws -> PrunePlan {
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        policy.withheldPrunes = withheld
        return PlanFixture.plan(
            try PlanFixture.rendered(declared),
            live: members,
            members: members.map { ($0, $0.uid) },
            catalog: catalog,
            policy: policy,
            ancestors: ancestors,
            asksForContainers: asksForContainers
        ).prune
    }

    private static func isBlocked(_ plan: PrunePlan) -> Bool { if case .blocked = plan.verdict { true } else { false } }

    @Test(arguments: [space, definition])
    func `what owns the Namespace or the definition of what is declared stays`(container: ObjectID) throws {
        let declared = container == Self.space ? PlanFixture.configMap("kept") : Self.widget
        let members = [try Self.owner(), try PlanFixture.live(declared, uid: "uid-declared")]
        func prune(_ ancestors: [OwnerLink.Owner: Ancestor], asks: Bool = false) throws -> PrunePlan {
            try Self.prune(members, declared: declared, asksForContainers: asks, ancestors)
        }
        let draft = try prune([:], asks: true)
        #expect(draft.openOwners.map(\.owner.id).contains(container) && Self.isBlocked(draft))
        let plan = try prune(Self.owned(container))
        #expect(plan.steps.isEmpty && plan.openOwners.isEmpty && !Self.isBlocked(plan), "\(plan.verdict)")
        let why =
            container == Self.space
            ? "holds ConfigMap shop/kept, which is declared"
            : "defines the kind of Widget.acme.dev shop/w, which is declared"
        #expect(plan.kept.map(\.reason) == ["\(container), which it owns, \(why)"])
        #expect(try prune([OwnerLink(to: container).owner: .gone]).steps.map(\.id.name) == ["p"])
        let reason = "what would be deleted may own what stays: \(container) cannot be read: forbidden"
        let blocked = try prune([OwnerLink(to: container).owner: .unknown("forbidden")])
        #expect(blocked.verdict == .blocked(reasons: [reason]))
    }

    @Test func `the definition of the kind of an owner is looked for as well, and no plan waits for it for ever`()
        throws
    {
        let widget = OwnerLink.Owner(
            id: ObjectID(group: "acme.dev", kind: "Widget", namespace: "shop", name: "w"),
            uid: "uid-w"
        )
        let kept = try PlanFixture.live(PlanFixture.configMap("kept"), uid: "uid-kept") { json in
            json[["metadata", "ownerReferences"]] = [
                ["apiVersion": "acme.dev/v1", "kind": "Widget", "name": "w", "uid": "uid-w"]
            ]
        }
        func prune(_ ancestors: [OwnerLink.Owner: Ancestor]) throws -> PrunePlan {
            let known = ancestors.merging([widget: .exists(owners: [])]) { $1 }
            return try Self.prune([Self.owner(), kept], declared: PlanFixture.configMap("kept"), known)
        }
        let plan = try prune([:])
        #expect(plan.steps.map(\.id.name) == ["p"] && plan.verdict == .allowed)
        #expect(try prune(Self.owned(Self.definition)).steps.isEmpty)
    }

    /// The webhook stays, and with it the Service that it names in another Namespace, which somebody else has made.
    @Test func `what owns the Namespace of a member that is kept for another's sake stays`() throws {
        let webhook = try PlanFixture.live(
            """
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
            "metadata":{"name":"w","annotations":{"sternpost.dev/prune":"disabled"}},
            "webhooks":[{"name":"a.b.c","clientConfig":{"service":{"namespace":"hooks","name":"svc"}}}]}
            """,
            uid: "uid-hook"
        )
        let service = try PlanFixture.live(
            #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"svc","namespace":"hooks"}}"#,
            uid: "uid-svc"
        )
        let hooks = ObjectID(groupKind: .namespace, namespace: "", name: "hooks")
        let members = [try Self.owner(), webhook, service]
        #expect(try Self.prune(members).steps.map(\.id.name) == ["p"])
        let plan = try Self.prune(members, Self.owned(hooks))
        #expect(plan.steps.isEmpty && !Self.isBlocked(plan), "\(plan.verdict)")
    }

    /// No later pass reads it, or knows that its Namespace matters.
    @Test func `what owns the Namespace of an object that leaves the inventory is remembered`() throws {
        let released = try PlanFixture.live(PlanFixture.configMap("r"), uid: "uid-r") {
            $0[["metadata", "labels"]] = nil
        }
        let plan = try Self.prune([Self.owner(), released], declared: Self.elsewhere, Self.owned(Self.space))
        #expect(plan.steps.isEmpty && plan.leaving.map(\.id.name) == ["r"])
        #expect(plan.doubts == [Self.profile.id: .needed])
        // While it cannot be read it does not leave.
        let known: [OwnerLink.Owner: Ancestor] = [OwnerLink(to: Self.space).owner: .unknown("forbidden")]
        let blocked = try Self.prune([Self.owner(), released], declared: Self.elsewhere, known)
        #expect(Self.isBlocked(blocked) && blocked.leaving.isEmpty)
    }

    /// It asks to be kept, and owns nothing; pruning is switched off, so that nobody else asks.
    @Test(arguments: [true, false])
    func `what owns the Namespace of an object that asks to be kept is remembered when that leaves`(isHidden: Bool)
        throws
    {
        let kept = try PlanFixture.live(PlanFixture.configMap("s"), uid: "uid-s") { json in
            json[["metadata", "annotations", "sternpost.dev/prune"]] = "disabled"
        }
        let members = try [Self.owner(), kept]
        func prune(_ ancestors: [OwnerLink.Owner: Ancestor], asks: Bool = false) throws -> PrunePlan {
            PlanFixture.plan(
                try PlanFixture.rendered(Self.elsewhere),
                // The owner may be of a kind that cannot be listed now.
                live: isHidden ? [kept] : members,
                members: members.map { ($0, $0.uid) },
                unreadable: isHidden ? [Self.profile.id.groupKind: "forbidden"] : [:],
                catalog: Self.catalog,
                policy: PlanPolicy(prune: .init(isEnabled: false, maxObjects: 100, maxPercent: 100)),
                ancestors: ancestors,
                asksForContainers: asks
            ).prune
        }
        let draft = try prune([:], asks: true)
        #expect(draft.leaving.isEmpty && draft.openOwners.map(\.owner.id) == [Self.space])
        let plan = try prune(Self.owned(Self.space).merging([Self.profile: .exists(owners: [])]) { $1 })
        #expect(plan.leaving.map(\.id.name) == ["s"] && plan.doubts == [Self.profile.id: .needed])
    }

    private static let elsewhere =
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new","namespace":"elsewhere"},"data":{"a":"1"}}"#

    @Test func `what owns the Namespace of an object whose deletion was refused waits`() throws {
        let members = [try Self.owner(), try PlanFixture.live(PlanFixture.configMap("a"), uid: "uid-a")]
        func prune(_ withheld: [ObjectID: WithheldPrune] = [:]) throws -> PrunePlan {
            try Self.prune(members, declared: Self.elsewhere, withheld: withheld, Self.owned(Self.space))
        }
        let step = try #require(try prune().steps.first { $0.id.name == "a" })
        let next = try prune([step.id: WithheldPrune(step, because: "denied")])
        #expect(next.steps.isEmpty && next.waiting.map(\.id.name) == ["p"])
    }

    /// The Namespace left git and stays because it holds declared objects; it is no reason to ask in each pass.
    @Test func `while nothing goes that is in no namespace nobody looks for Namespaces and definitions`() throws {
        let space = try PlanFixture.live(
            #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#,
            uid: "uid-shop"
        )
        let members = [
            space, try PlanFixture.live(PlanFixture.configMap("old"), uid: "uid-old"),
            try PlanFixture.live(Self.widget, uid: "uid-w"),
        ]
        let plan = try Self.prune(members, declared: Self.widget, asksForContainers: true)
        #expect(plan.steps.map(\.id.name) == ["old"] && plan.openOwners.isEmpty && plan.verdict == .allowed)
    }
}
