// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

/// What a repository may not declare.
struct BorderTests {
    private static let git = ObjectID(group: "", kind: "Secret", namespace: "sternpost", name: "posts-git")

    private static func manifest(
        _ apiVersion: String,
        _ kind: String,
        _ name: String,
        in namespace: String = "shop",
        more: String = ""
    ) -> String {
        let place = namespace.isEmpty ? "" : #","namespace":"\#(namespace)""#
        return #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":{"name":"\#(name)"\#(place)\#(more)}}"#
    }

    private static let catalog: APICatalog = {
        var catalog = PlanFixture.catalog
        let kinds = [
            ("coordination.k8s.io/v1", "Lease", "leases", true),
            ("sternpost.dev/v1alpha1", "Project", "projects", true),
            ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false),
        ]
        for (apiVersion, kind, plural, isNamespaced) in kinds {
            let gvk = GroupVersionKind(apiVersion: apiVersion, kind: kind)
            catalog.add(
                APIResource(gvk: gvk, plural: plural, isNamespaced: isNamespaced, verbs: ["list", "patch", "delete"])
            )
        }
        return catalog
    }()

    private static let border = ProjectBorder(
        operatorNamespace: "sternpost",
        credentials: [git],
        forbiddenNamespaces: ["kube-system"],
        forbiddenKinds: [GroupKind(parsing: "ClusterRoleBinding.rbac.authorization.k8s.io")]
    )

    private static func refusals(of manifest: String, _ border: ProjectBorder) throws -> [RefusedObject] {
        var policy = PlanPolicy()
        policy.border = border
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("other"), manifest),
            catalog: catalog,
            policy: policy
        )
        #expect(plan.waves.flatMap(\.steps).contains { $0.id.name == "other" })
        return plan.refused
    }

    @Test(arguments: [
        ("ClusterRoleBindings", true), ("ClusterRoleBinding", true),
        ("CLUSTERROLEBINDING.rbac.authorization.k8s.io", true),
        ("ClusterRoleBindings.rbac.authorization.k8s.io", true),
        ("ClusterRoleBinding.rbac.authorization.k8s.io", false),
        // Perhaps defined later.
        ("ClusterRoleBinding.example.org", false), ("Tenant.example.org", false), ("Tenant", false),
    ])
    func `a forbidden kind that the API server does not have is told when another word must be meant`(
        word: String,
        isMisspelt: Bool
    ) {
        var border = ProjectBorder(forbiddenKinds: [GroupKind(parsing: word)])
        let found = border.misspeltKind(in: Self.catalog)
        #expect((found != nil) == isMisspelt)
        if let found {
            #expect(found.written == GroupKind(parsing: word))
            #expect(found.meant == GroupKind(parsing: "ClusterRoleBinding.rbac.authorization.k8s.io"))
        }
        border.isOwnProject = true
        #expect(border.misspeltKind(in: Self.catalog) == nil)
    }

    static let bookkeeping = [
        manifest("v1", "Secret", "x", more: #","labels":{"applyset.kubernetes.io/id":"applyset-x-v1"}"#),
        manifest("v1", "ConfigMap", "x", more: #","labels":{"applyset.kubernetes.io/id":""}"#),
        manifest("v1", "Secret", "sternpost-posts"), manifest("v1", "Secret", "sternpost-other", in: "sternpost"),
        manifest("coordination.k8s.io/v1", "Lease", "sternpost-other", in: "sternpost"),
    ]

    static let configuration = [
        manifest("v1", "ConfigMap", "sternpost-projects", in: "sternpost"),
        manifest("v1", "Secret", "posts-git", in: "sternpost"),
        manifest("sternpost.dev/v1alpha1", "Project", "more"),
        manifest("apiextensions.k8s.io/v1", "CustomResourceDefinition", "projects.sternpost.dev", in: ""),
        manifest("apps/v1", "Deployment", "anything", in: "sternpost"),
        manifest("v1", "Namespace", "sternpost", in: ""),
        manifest("v1", "ConfigMap", "x", in: "kube-system"), manifest("v1", "Namespace", "kube-system", in: ""),
        manifest("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "admin", in: ""),
    ]

    static let allowed = [
        manifest("v1", "Secret", "sternpostal"), manifest("v1", "Secret", "posts-git"),
        manifest("coordination.k8s.io/v1", "Lease", "leader"), manifest("v1", "ConfigMap", "sternpost-settings"),
        manifest("v1", "Namespace", "shop", in: ""), manifest("rbac.authorization.k8s.io/v1", "RoleBinding", "admin"),
        manifest("v1", "ConfigMap", "x", more: #","labels":{"applyset.kubernetes.io/is":"x"}"#),
    ]

    @Test(arguments: bookkeeping)
    func `inventories, leases and parents of apply sets are declared by nobody`(_ manifest: String) throws {
        for border in [ProjectBorder(), Self.border, ProjectBorder(isOwnProject: true)] {
            let refused = try Self.refusals(of: manifest, border)
            #expect(refused.map(\.reason) == [.forbidden])
            let remedies = ["; remove it from git", "; choose another name"]
            #expect(remedies.contains { refused.first?.message.hasSuffix($0) == true })
            #expect(refused.first?.origin == Origin(file: "infra/all.yaml", line: 2))
        }
    }

    @Test(arguments: configuration)
    func `what configures Sternpost, and what the operator forbids, is declared by the own project alone`(
        _ manifest: String
    ) throws {
        #expect(try Self.refusals(of: manifest, Self.border).map(\.reason) == [.forbidden])
        var own = Self.border
        own.isOwnProject = true
        #expect(try Self.refusals(of: manifest, own) == [])
    }

    @Test(arguments: allowed)
    func `everything else may be declared`(_ manifest: String) throws {
        #expect(try Self.refusals(of: manifest, Self.border) == [])
    }

    @Test func `without any setting, projects files and project resources are still behind the border`() throws {
        for manifest in [Self.configuration[0], Self.configuration[2], Self.configuration[3]] {
            #expect(try Self.refusals(of: manifest, ProjectBorder()).map(\.reason) == [.forbidden])
        }
    }

    @Test func `a namespace that is filled in counts like one that is written`() throws {
        var policy = PlanPolicy(targetNamespace: "kube-system")
        policy.border = Self.border
        let manifest = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}"#
        let plan = PlanFixture.plan(try PlanFixture.rendered(manifest), policy: policy)
        #expect(plan.refused.map(\.reason) == [.forbidden])
        #expect(plan.refused.first?.message.contains("--forbid-namespaces kube-system") == true)
    }

    @Test(arguments: bookkeeping + configuration)
    func `a member behind the border stays when git no longer declares it`(_ manifest: String) throws {
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        policy.border = Self.border
        let object = try PlanFixture.live(manifest) { json in
            // The fixture's own label stands beside what the manifest has.
            for member in (try? JSONParser.parse(manifest))?["metadata"]?["labels"]?.object ?? JSONObject() {
                json[["metadata", "labels", member.key]] = member.value
            }
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("other")),
            live: [object],
            members: [(object, object.uid)],
            catalog: Self.catalog,
            policy: policy
        )
        #expect(plan.prune.steps.isEmpty)
        #expect(plan.prune.kept.map(\.id) == [object.id], "\(plan.prune.kept) \(plan.prune.released)")
        // The remedies are for manifests: nobody can give a live object another name.
        #expect(plan.prune.kept.allSatisfy { !$0.reason.contains(";") }, "\(plan.prune.kept)")
    }
}
