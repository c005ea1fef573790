// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// A declared object may be owned by one that nobody reads, and that by one that has left git: the garbage collector would
/// take all of them along.
struct OwnerChainTests {
    private static let account = OwnerLink.Owner(
        id: ObjectID(group: "", kind: "ServiceAccount", namespace: "shop", name: "r"),
        uid: "uid-r"
    )
    private static let further = OwnerLink.Owner(
        id: ObjectID(group: "", kind: "ServiceAccount", namespace: "shop", name: "x"),
        uid: "uid-x"
    )

    private static func owner(_ name: String) -> OwnerLink.Owner {
        OwnerLink.Owner(id: ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: name), uid: "uid-\(name)")
    }

    /// An ancestor with these owners.
    private static func exists(_ owners: OwnerLink.Owner...) -> Ancestor {
        .exists(owners: owners.map { OwnerLink(owned: account.id, owner: $0) })
    }

    /// A live ConfigMap of ours, or without our label, with these owners.
    private static func live(_ name: String, isOurs: Bool = true, by owners: OwnerLink.Owner...) throws -> KubeObject {
        try PlanFixture.live(PlanFixture.configMap(name), uid: "uid-\(name)") { json in
            if !isOurs { json[["metadata", "labels"]] = nil }
            guard !owners.isEmpty else { return }
            json[["metadata", "ownerReferences"]] = .array(owners.map(reference))
        }
    }

    private static func reference(_ owner: OwnerLink.Owner) -> JSON {
        let group = owner.id.group
        return [
            "apiVersion": .string(group.isEmpty ? "v1" : "\(group)/v1"), "kind": .string(owner.id.kind),
            "name": .string(owner.id.name), "uid": .string(owner.uid),
        ]
    }

    /// The plan of members that are live, of which one is declared.
    private static func prune(
        _ members: [KubeObject],
        beside others: [KubeObject] = [],
        declared: String = "kept",
        isEnabled: Bool = true,
        withheld: [ObjectID: WithheldPrune] = [:],
        _ ancestors: [OwnerLink.Owner: Ancestor]
    ) throws -> PrunePlan {
        var policy = PlanPolicy(prune: .init(isEnabled: isEnabled, maxObjects: 100, maxPercent: 100))
        policy.withheldPrunes = withheld
        return PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap(declared)),
            live: members + others,
            members: members.map { ($0, $0.uid) },
            policy: policy,
            ancestors: ancestors
        ).prune
    }

    /// A declared object that the account owns, and one that has left git.
    private static func prune(_ ancestors: [OwnerLink.Owner: Ancestor]) throws -> PrunePlan {
        try prune([live("kept", by: account), live("old")], ancestors)
    }

    private static func isBlocked(_ plan: PrunePlan) -> Bool { if case .blocked = plan.verdict { true } else { false } }

    @Test func `an owner that was not read has to be, before anything is deleted`() throws {
        let plan = try Self.prune([:])
        #expect(plan.openOwners.map(\.owner) == [Self.account] && Self.isBlocked(plan))
        let next = try Self.prune([Self.account: Self.exists(Self.further)])
        #expect(next.openOwners.map(\.owner) == [Self.further] && Self.isBlocked(next))
    }

    @Test func `what owns the owner of a declared object stays`() throws {
        // Through one more of them, too, and in a circle.
        let above = Self.exists(Self.owner("old"), Self.account)
        for owner in [Self.owner("old"), Self.further] {
            let plan = try Self.prune([Self.account: Self.exists(owner), Self.further: above])
            #expect(plan.steps.isEmpty && plan.openOwners.isEmpty)
            #expect(plan.kept.map(\.reason) == ["ConfigMap shop/kept, which goes along with it, is declared"])
        }
    }

    @Test func `an owner that is gone, or has no owners, keeps nothing`() throws {
        for ancestor in [Ancestor.gone, .exists(owners: [])] {
            #expect(try Self.prune([Self.account: ancestor]).steps.map(\.id.name) == ["old"])
        }
    }

    @Test func `while an owner cannot be read nothing is deleted, and the reason names both`() throws {
        #expect(
            Self.isBlocked(
                try Self.prune([Self.account: Self.exists(Self.further), Self.further: .unknown("forbidden")])
            )
        )
        let reason =
            "what would be deleted may own what stays: ServiceAccount shop/r, which owns ConfigMap shop/kept, cannot be"
            + " read: forbidden"
        #expect(try Self.prune([Self.account: .unknown("forbidden")]).verdict == .blocked(reasons: [reason]))
    }

    /// Somebody has written a reference by hand that names the right incarnation in a place where nothing is. That it owns
    /// nothing must not hide that the other one does.
    @Test(arguments: [true, false])
    func `a reference to the wrong place does not hide one to the right place`(isFirst: Bool) throws {
        let wrong = OwnerLink.Owner(
            id: ObjectID(group: "", kind: "Secret", namespace: "shop", name: "r"),
            uid: "uid-r"
        )
        let (a, b) = isFirst ? (wrong, Self.account) : (Self.account, wrong)
        for live in [
            [try Self.live("kept", by: a, b), try Self.live("old")],
            [try Self.live("kept", by: a), try Self.live("old"), try Self.live("web", isOurs: false, by: b)],
        ] {
            let draft = try Self.prune(live, [wrong: .gone])
            #expect(Set(draft.openOwners.map(\.owner)) == [Self.account])
            for answer in [Ancestor.gone, .unknown("forbidden")] {
                let plan = try Self.prune(live, [wrong: answer, Self.account: Self.exists(Self.owner("old"))])
                #expect(plan.steps.isEmpty && !Self.isBlocked(plan), "\(plan.verdict)")
            }
            #expect(Self.isBlocked(try Self.prune(live, [wrong: .gone, Self.account: .unknown("forbidden")])))
        }
    }

    /// The first object's deletion was refused; it is owned by one of others, and that by the second.
    @Test(arguments: [true, false])
    func `what is above an object whose deletion was refused waits`(isRead: Bool) throws {
        let members = [try Self.live("a", by: Self.account), try Self.live("b")]
        // A pass may read the one in between because it has the project's label, or contains is looked through.
        let between = try PlanFixture.live(
            #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"r","namespace":"shop"}}"#,
            uid: "uid-r"
        ) { $0[["metadata", "ownerReferences"]] = [Self.reference(Self.owner("b"))] }
        let ancestors = isRead ? [:] : [Self.account: Self.exists(Self.owner("b"))]
        func prune(_ withheld: [ObjectID: WithheldPrune] = [:]) throws -> PrunePlan {
            try Self.prune(members, beside: isRead ? [between] : [], declared: "new", withheld: withheld, ancestors)
        }
        let step = try #require(try prune().steps.first { $0.id.name == "a" })
        let next = try prune([step.id: WithheldPrune(step, because: "denied")])
        #expect(next.steps.isEmpty && next.waiting.map(\.id.name) == ["b"])
    }

    /// It leaves the inventory because its label is off; no later pass reads it, or what owns it.
    @Test(arguments: [true, false])
    func `what is above an object that leaves the inventory is remembered`(isEnabled: Bool) throws {
        let members = [try Self.live("web", isOurs: false, by: Self.account), try Self.live("b")]
        func prune(_ ancestors: [OwnerLink.Owner: Ancestor]) throws -> PrunePlan {
            try Self.prune(members, declared: "new", isEnabled: isEnabled, ancestors)
        }
        let plan = try prune([Self.account: Self.exists(Self.owner("b"))])
        #expect(plan.steps.isEmpty && plan.leaving.map(\.id.name) == ["web"])
        #expect(plan.doubts.values.map { $0 } == [.needed])
        // While that is not known it does not leave, whether or not anything may be deleted.
        for ancestors in [[:], [Self.account: Ancestor.unknown("forbidden")]] {
            let plan = try prune(ancestors)
            #expect(plan.leaving.isEmpty && plan.kept.contains { $0.id.name == "web" })
            #expect(plan.openOwners.map(\.owner).contains(Self.account) == ancestors.isEmpty)
        }
        let kept = try prune([Self.account: .unknown("forbidden")]).kept.first { $0.id.name == "web" }
        let reason =
            "it is there and no longer carries this project's label: somebody took it off by hand, and it stays a member"
            + " while ServiceAccount shop/r, which owns ConfigMap shop/web, cannot be read: forbidden"
        #expect(kept?.reason == reason)
    }

    @Test func `an owner that cannot be read keeps only those members that it may own`() throws {
        let members = [
            try Self.live("web", isOurs: false, by: Self.account), try Self.live("other", isOurs: false),
            try Self.live("kept", by: Self.further),
        ]
        let plan = try Self.prune(
            members,
            [Self.account: .unknown("forbidden"), Self.further: .unknown("forbidden")]
        )
        #expect(plan.leaving.map(\.id.name) == ["other"] && !Self.isBlocked(plan))
        #expect(plan.doubtsOfMore.isEmpty && plan.leftOver.isEmpty)
    }

    /// Whether its deletion is refused, and what owns it must wait, is only known later.
    @Test func `what owns an object that is to be deleted is looked for when more is to be deleted`() throws {
        let members = [try Self.live("a", by: Self.account), try Self.live("b")]
        let plan = try Self.prune(members, declared: "new", [Self.account: .unknown("forbidden")])
        let reason =
            "what would be deleted may own what cannot be deleted in the end: ServiceAccount shop/r, which owns ConfigMap"
            + " shop/a, cannot be read: forbidden"
        #expect(plan.verdict == .blocked(reasons: [reason]))
        #expect(try Self.prune(members, declared: "new", [:]).openOwners.map(\.owner) == [Self.account])
        // One object alone is above nothing else.
        let alone = try Self.prune([members[0]], declared: "new", [:])
        #expect(alone.openOwners.isEmpty && alone.steps.map(\.id.name) == ["a"] && !Self.isBlocked(alone))
    }

    @Test func `where nothing may be deleted, or leaves, nobody looks for owners`() throws {
        let members = [try Self.live("kept", by: Self.account), try Self.live("old", by: Self.further)]
        #expect(try Self.prune(members, isEnabled: false, [:]).openOwners.isEmpty)
        #expect(try Self.prune([members[0]], [:]).openOwners.isEmpty)
        let unreadable = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("kept")),
            live: members,
            members: members.map { ($0, $0.uid) },
            unreadable: [GroupKind(group: "", kind: "Secret"): "forbidden"]
        ).prune
        #expect(unreadable.openOwners.isEmpty && Self.isBlocked(unreadable))
        let open = try Self.prune(members + [Self.live("older")], [:]).openOwners
        #expect(Set(open.map(\.owner)) == [Self.account, Self.further])
    }

    /// The API server deletes all objects of a kind with its definition, and the garbage collector what they own.
    @Test func `the definition of the kind of an owner stays as long as that is there`() throws {
        let widget = OwnerLink.Owner(
            id: ObjectID(group: "acme.dev", kind: "Widget", namespace: "shop", name: "w"),
            uid: "uid-w"
        )
        let definition = try PlanFixture.live(
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"widgets.acme.dev"},
            "spec":{"group":"acme.dev","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets"}}}
            """,
            uid: "uid-definition"
        )
        func prune(_ ancestors: [OwnerLink.Owner: Ancestor]) throws -> PrunePlan {
            try Self.prune([Self.live("kept", by: widget), definition], ancestors)
        }
        for (ancestor, isThere, isLeftOver) in [
            (Ancestor.exists(owners: []), true, false), (.unknown("forbidden"), true, false), (.gone, false, true),
            // Once it is gone nothing keeps its kind.
            (.exists(owners: [], isEnding: true), true, true),
        ] {
            let plan = try prune([widget: ancestor])
            #expect(plan.steps.isEmpty == isThere && !Self.isBlocked(plan), "\(ancestor): \(plan.verdict)")
            #expect(plan.leftOver.contains(definition.id) == isLeftOver)
        }
        let draft = try prune([:])
        #expect(draft.openOwners.map(\.owner) == [widget] && Self.isBlocked(draft))
    }
}
