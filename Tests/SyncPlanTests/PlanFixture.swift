// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import SyncSource

/// Builds the inputs of a plan out of short JSON texts.
struct PlanFixture {
    static let applySet = ApplySet(project: "posts", namespace: "sternpost")
    static let commit = CommitInfo(
        id: String(repeating: "a", count: 40),
        ref: "main",
        authorName: "Ada",
        authorEmail: "ada@example.com",
        authoredAt: 0,
        subject: "change"
    )

    static let catalog: APICatalog = {
        var catalog = APICatalog()
        let kinds: [(String, String, String, Bool)] = [
            ("v1", "ConfigMap", "configmaps", true), ("v1", "Secret", "secrets", true),
            ("v1", "Namespace", "namespaces", false), ("v1", "Service", "services", true),
            ("v1", "ServiceAccount", "serviceaccounts", true),
            ("v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
            ("apps/v1", "Deployment", "deployments", true),
            ("rbac.authorization.k8s.io/v1", "Role", "roles", true),
            ("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", false),
        ]
        for (apiVersion, kind, plural, isNamespaced) in kinds {
            catalog.add(
                APIResource(
                    gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
                    plural: plural,
                    isNamespaced: isNamespaced,
                    verbs: ["list", "patch", "delete"]
                )
            )
        }
        return catalog
    }()

    /// An object out of JSON text.
    static func object(_ text: String) throws -> KubeObject { try KubeObject(JSONParser.parse(text)) }

    /// A rendered set of JSON texts; the nth stands at line n of `infra/all.yaml`.
    static func rendered(_ texts: String...) throws -> RenderedSet {
        RenderedSet(
            commit: commit,
            treeID: String(repeating: "b", count: 40),
            objects: try texts.enumerated().map { index, text in
                RenderedObject(object: try object(text), origin: Origin(file: "infra/all.yaml", line: index + 1))
            },
            notices: []
        )
    }

    /// A live object: the manifest as our own apply would leave it, changed by `edit`.
    static func live(
        _ text: String,
        uid: String = "uid-1",
        owned: String? = nil,
        edit: (inout JSON) -> Void = { _ in }
    ) throws -> KubeObject {
        var json = try JSONParser.parse(text)
        json[["metadata", "uid"]] = .string(uid)
        json[["metadata", "resourceVersion"]] = "7"
        json[["metadata", "labels", ApplySet.partOfLabel]] = .string(applySet.id)
        let partOf = #""f:metadata":{"f:labels":{"f:\#(ApplySet.partOfLabel)":{}}}"#
        let fields = try JSONParser.parse("{\(partOf)\(owned.map { ",\($0)" } ?? "")}")
        json[["metadata", "managedFields"]] = [
            [
                "manager": "sternpost", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
                "fieldsV1": fields,
            ]
        ]
        edit(&json)
        return try KubeObject(json)
    }

    /// A plan of rendered and live objects; the inventory holds `members` with their uids. Unless `asksForContainers`,
    /// nobody owns the Namespaces and definitions that it would ask for.
    static func plan(
        _ rendered: RenderedSet,
        live: [KubeObject] = [],
        kept: [ObjectID: LiveObject] = [:],
        members: [(KubeObject, String?)] = [],
        unreadable: [GroupKind: String] = [:],
        catalog: APICatalog = catalog,
        policy: PlanPolicy = PlanPolicy(),
        marks: [ObjectID: Inventory.AppliedMark] = [:],
        pruneBase: Int? = nil,
        contents: [ObjectID: ContainerContents] = [:],
        ancestors: [OwnerLink.Owner: Ancestor] = [:],
        asksForContainers: Bool = false,
        ownedContainers: OwnedContainers = .read([], unread: [:])
    ) -> Plan {
        var set = LiveSet(
            catalog: catalog,
            objects: Dictionary(live.map { ($0.id, .whole($0)) }) { first, _ in first }.merging(kept) { $1 },
            unreadable: unreadable
        )
        set.contents = contents
        set.ancestors = ancestors
        let inventory = Inventory(
            applySet: applySet,
            members: Dictionary(members.map { ($0.0.id, .init(uid: $0.1)) }) { first, _ in first },
            marks: marks,
            pruneBase: pruneBase
        )
        set.ownedContainers = ownedContainers
        while true {
            let plan = Planner.plan(rendered, against: set, inventory: inventory, policy: policy)
            let containers = plan.prune.openOwners.filter(\.isOfContainer)
            guard !asksForContainers, !containers.isEmpty else { return plan }
            for link in containers { set.ancestors[link.owner] = .exists(owners: []) }
        }
    }

    static func configMap(_ name: String, _ data: String = #""a":"1""#) -> String {
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\#(name)","namespace":"shop"},"data":{\#(data)}}"#
    }
}
