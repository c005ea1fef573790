// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// An object without namespace that leaves git may own a Namespace that git does not know: that goes along with all that is in
/// it, which nobody has declared.
struct ContainerOfOwnerTests {
    private static let space = ObjectID(groupKind: .namespace, namespace: "", name: "tenant")

    private static let catalog: APICatalog = {
        var catalog = PlanFixture.catalog
        for kind in ["Profile", "Tenant"] {
            catalog.add(
                APIResource(
                    gvk: GroupVersionKind(apiVersion: "acme.dev/v1", kind: kind),
                    plural: "\(kind.lowercased())s",
                    isNamespaced: false,
                    verbs: ["list", "get", "patch", "delete"]
                )
            )
        }
        return catalog
    }()

    private static func owner(_ kind: String) -> OwnerLink.Owner {
        OwnerLink.Owner(id: ObjectID(group: "acme.dev", kind: kind, namespace: "", name: "p"), uid: "uid-\(kind)")
    }

    /// A Namespace of nobody's, owned by this one.
    private static func space(
        by owner: OwnerLink.Owner,
        isEnding: Bool = false,
        annotations: JSON? = nil
    ) throws -> KubeObject {
        var json: JSON = [
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": [
                "name": "tenant", "uid": "uid-tenant",
                "ownerReferences": [
                    [
                        "apiVersion": "acme.dev/v1", "kind": .string(owner.id.kind), "name": "p",
                        "uid": .string(owner.uid),
                    ]
                ],
            ],
        ]
        json[["metadata", "annotations"]] = annotations
        if isEnding { json[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z" }
        return try KubeObject(json)
    }

    private static func prune(
        _ owned: OwnedContainers,
        contents: [KubeObject]? = [],
        of member: KubeObject? = nil,
        border: ProjectBorder = ProjectBorder(),
        _ ancestors: [OwnerLink.Owner: Ancestor] = [:]
    ) throws -> PrunePlan {
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        policy.border = border
        let profile =
            try member
            ?? PlanFixture.live(
                #"{"apiVersion":"acme.dev/v1","kind":"Profile","metadata":{"name":"p"}}"#,
                uid: "uid-Profile"
            )
        return PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [profile],
            members: [(profile, profile.uid)],
            catalog: catalog,
            policy: policy,
            contents: contents.map { [space: ContainerContents(objects: $0)] } ?? [:],
            ancestors: ancestors,
            ownedContainers: owned
        ).prune
    }

    private static func reasons(_ plan: PrunePlan) -> [String] {
        if case .held(let reasons, _) = plan.verdict { reasons } else { [] }
    }

    @Test func `it is asked for, and looked through, before its owner goes`() throws {
        let draft = try Self.prune(.unasked)
        #expect(draft.asksForOwnedContainers && !Self.reasons(draft).isEmpty)
        let next = try Self.prune(.read([Self.space(by: Self.owner("Profile"))], unread: [:]), contents: nil)
        #expect(!next.asksForOwnedContainers && next.containers == [Self.space])
        let nobodys = try Self.prune(.read([], unread: [:]))
        #expect(nobodys.verdict == .allowed && nobodys.questions.isEmpty)
    }

    /// Capsule's Tenants control their Namespaces.
    @Test func `one behind the border keeps its owner, also when that controls it`() throws {
        var space = try Self.space(by: Self.owner("Profile"))
        for controls in [false, true] {
            space.json[["metadata", "ownerReferences"]] = [
                [
                    "apiVersion": "acme.dev/v1", "kind": "Profile", "name": "p", "uid": "uid-Profile",
                    "controller": .bool(controls),
                ]
            ]
            let border = ProjectBorder(forbiddenNamespaces: ["tenant"])
            let plan = try Self.prune(.read([space], unread: [:]), border: border)
            #expect(plan.steps.isEmpty, "\(controls)")
            #expect(plan.kept.first?.reason.contains("--forbid-namespaces") == true, "\(plan.kept)")
        }
    }

    @Test func `it goes with its owner only after approval, of what is in it by name and incarnation`() throws {
        let owned = OwnedContainers.read([try Self.space(by: Self.owner("Profile"))], unread: [:])
        let empty = try Self.prune(owned)
        #expect(Self.reasons(empty) == ["Namespace tenant goes along with Profile.acme.dev p, which owns it"])
        let inside = try KubeObject([
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": ["name": "data", "namespace": "tenant", "uid": "uid-data"],
        ])
        let full = try Self.prune(owned, contents: [inside])
        #expect(Self.reasons(full).contains { $0.contains("PersistentVolumeClaim tenant/data") })
        #expect(full.approvalHash != nil && full.approvalHash != empty.approvalHash)
        // A namesake is another object.
        var namesake = inside
        namesake.json[["metadata", "uid"]] = "uid-data-2"
        #expect(try Self.prune(owned, contents: [namesake]).approvalHash != full.approvalHash)
        var space = try Self.space(by: Self.owner("Profile"))
        space.json[["metadata", "uid"]] = "uid-tenant-2"
        #expect(try Self.prune(.read([space], unread: [:]), contents: [inside]).approvalHash != full.approvalHash)
        let unseen = try Self.prune(owned, contents: nil)
        #expect(Self.reasons(unseen).contains { $0.contains("was not looked at") })
    }

    @Test func `its owner stays while something in it asks to be kept, or belongs to another tool`() throws {
        let owned = OwnedContainers.read([try Self.space(by: Self.owner("Profile"))], unread: [:])
        for (key, value) in [("sternpost.dev/prune", "disabled"), ("argocd.argoproj.io/tracking-id", "shop:/v1:x")] {
            let inside = try KubeObject([
                "apiVersion": "v1", "kind": "Secret",
                "metadata": [
                    "name": "precious", "namespace": "tenant", "uid": "uid-precious",
                    "annotations": [key: .string(value)],
                ],
            ])
            let plan = try Self.prune(owned, contents: [inside])
            #expect(plan.steps.isEmpty && plan.kept.map(\.id.name) == ["p"], "\(plan.verdict)")
            let reason = "Namespace tenant, which it owns, holds Secret tenant/precious, which stays: it "
            #expect(plan.kept.first?.reason.hasPrefix(reason) == true, "\(plan.kept)")
        }
    }

    @Test func `it stays itself, and its owner, when it asks to be kept or belongs to another tool`() throws {
        for (key, value) in [("sternpost.dev/prune", "disabled"), ("argocd.argoproj.io/tracking-id", "shop:/v1:x")] {
            let space = try Self.space(by: Self.owner("Profile"), annotations: [key: .string(value)])
            let plan = try Self.prune(.read([space], unread: [:]))
            #expect(plan.steps.isEmpty && plan.kept.map(\.id.name) == ["p"], "\(plan.verdict)")
            #expect(plan.kept.first?.reason.hasPrefix("Namespace tenant, which it owns, stays: it ") == true)
        }
    }

    /// Nobody has declared the Tenant: it goes with the definition of its kind, and the Namespace with it.
    /// Its controller removes the finalizers, and may be what the owner installs.
    @Test(arguments: [false, true])
    func `its owner stays while another custom resource waits for finalizers`(isOwned: Bool) throws {
        func object(_ kind: String) -> String {
            #"{"apiVersion":"acme.dev/v1","kind":"\#(kind)","metadata":{"name":"p"}}"#
        }
        let profile = try PlanFixture.live(object("Profile"), uid: "uid-Profile")
        let tenant = try PlanFixture.live(object("Tenant"), uid: "uid-Tenant") { json in
            json[["metadata", "finalizers"]] = ["acme.dev/slow"]
            json[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z"
        }
        let spaces = isOwned ? [try Self.space(by: Self.owner("Profile"))] : []
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [profile, tenant],
            members: [(profile, profile.uid), (tenant, tenant.uid)],
            catalog: Self.catalog,
            policy: PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100)),
            contents: [Self.space: ContainerContents(objects: [])],
            ownedContainers: .read(spaces, unread: [:])
        )
        #expect(plan.prune.steps.map(\.id) == (isOwned ? [] : [profile.id]))
    }

    @Test func `it goes along with the definition of the kind of its owner`() throws {
        let definition = try PlanFixture.live(
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"tenants.acme.dev"},
            "spec":{"group":"acme.dev","scope":"Cluster","names":{"kind":"Tenant","plural":"tenants"}}}
            """,
            uid: "uid-definition"
        )
        let owned = OwnedContainers.read([try Self.space(by: Self.owner("Tenant"))], unread: [:])
        let plan = try Self.prune(owned, of: definition, [Self.owner("Tenant"): .exists(owners: [])])
        #expect(
            Self.reasons(plan).contains { $0.hasPrefix("Namespace tenant goes along with \(definition.id)") },
            "\(plan.verdict)"
        )
    }

    @Test func `an approval covers what is not known`() throws {
        let hashes = try [
            Self.prune(.read([], unread: [.namespace: "forbidden"])),
            Self.prune(.read([], unread: [.customResourceDefinition: "forbidden"])),
            Self.prune(
                .read([Self.space(by: Self.owner("Tenant"))], unread: [:]),
                [Self.owner("Tenant"): .unknown("forbidden")]
            ),
            Self.prune(.read([Self.space(by: Self.owner("Profile"))], unread: [:])),
        ].map(\.approvalHash)
        #expect(Set(hashes).count == 4 && !hashes.contains(nil))
    }

    @Test func `the same through an owner of others in between, which is looked for`() throws {
        let owned = OwnedContainers.read([try Self.space(by: Self.owner("Tenant"))], unread: [:])
        #expect(try Self.prune(owned).openOwners.map(\.owner).contains(Self.owner("Tenant")))
        let link = OwnerLink(owned: Self.owner("Tenant").id, owner: Self.owner("Profile"))
        let known = try Self.prune(owned, [Self.owner("Tenant"): .exists(owners: [link])])
        #expect(Self.reasons(known) == ["Namespace tenant goes along with Profile.acme.dev p, which owns it"])
        let unknown = try Self.prune(owned, [Self.owner("Tenant"): .unknown("forbidden")])
        #expect(
            Self.reasons(unknown).contains {
                $0.contains("may take Namespace tenant along") && $0.contains("forbidden")
            }
        )
        #expect(try Self.prune(owned, [Self.owner("Tenant"): .gone]).verdict == .allowed)
    }

    @Test func `where they cannot be listed a person decides, and one that is going already is nobody's matter`() throws
    {
        let unread = try Self.prune(.read([], unread: [.namespace: "forbidden"]))
        #expect(
            Self.reasons(unread) == [
                "what would be deleted may own a Namespace, and these could not be listed: forbidden"
            ]
        )
        let ending = OwnedContainers.read([try Self.space(by: Self.owner("Profile"), isEnding: true)], unread: [:])
        #expect(try Self.prune(ending).verdict == .allowed)
    }
}
