// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan

/// A cluster in memory, with what the model of pruning needs of one: objects, their owners by field, and the parents.
struct ModelCluster {
    /// An inventory's Secret.
    struct Parent {
        let document: [UInt8]
        let kinds: Set<GroupKind>
        let ref: String
    }

    static let catalog: APICatalog = {
        var catalog = APICatalog()
        let kinds = [
            ("ConfigMap", "configmaps", true), ("ServiceAccount", "serviceaccounts", true), ("Secret", "secrets", true),
            ("PersistentVolumeClaim", "persistentvolumeclaims", true), ("Namespace", "namespaces", false),
            ("RoleBinding", "rolebindings", true), ("Role", "roles", true),
            ("ClusterRole", "clusterroles", false),
        ]
        for (kind, plural, isNamespaced) in kinds {
            catalog.add(
                APIResource(
                    gvk: GroupVersionKind(apiVersion: ModelCommit.apiVersion(of: kind), kind: kind),
                    plural: plural,
                    isNamespaced: isNamespaced,
                    verbs: ["list", "get", "patch", "delete"]
                )
            )
        }
        return catalog
    }()

    private(set) var objects: [ObjectID: KubeObject] = [:]
    var parents: [String: Parent] = [:]
    private var made = 0

    /// Puts an object there as an apply of ours would, and gives its uid.
    mutating func apply(_ wanted: KubeObject) throws -> KubeObject {
        var json = wanted.json
        let live = objects[wanted.id]
        made += 1
        json[["metadata", "uid"]] = .string(live?.uid ?? Self.uid(made))
        json[["metadata", "resourceVersion"]] = .string("\(made)")
        for map in ["labels", "annotations"] {
            for member in live?.metadata[map]?.object ?? JSONObject() where json["metadata"]?[map]?[member.key] == nil {
                json[["metadata", map, member.key]] = member.value
            }
        }
        json[["metadata", "ownerReferences"]] = live?.metadata["ownerReferences"]
        var fields = Self.fields(wanted.json)
        for key in ["f:apiVersion", "f:kind"] { fields[key] = nil }
        for key in ["f:name", "f:namespace"] { fields[["f:metadata", key]] = nil }
        json[["metadata", "managedFields"]] = [
            [
                "manager": "sternpost", "operation": "Apply", "apiVersion": wanted.json["apiVersion"] ?? .null,
                "fieldsType": "FieldsV1", "fieldsV1": fields,
            ]
        ]
        let object = try KubeObject(json)
        objects[object.id] = object
        return object
    }

    /// Puts an object there as somebody else would; an old one of the same name is gone.
    mutating func createByHand(_ id: ObjectID, label: String?) throws {
        made += 1
        var json = ModelCommit.manifest(of: id, version: 0)
        json[["metadata", "uid"]] = .string(Self.uid(made))
        json[["metadata", "resourceVersion"]] = .string("\(made)")
        if let label { json[["metadata", "labels", ApplySet.partOfLabel]] = .string(label) }
        objects[id] = try KubeObject(json)
    }

    mutating func edit(_ id: ObjectID, _ path: [String], _ value: JSON?) {
        objects[id]?.json[["metadata"] + path] = value
    }

    /// Makes one object the owner of another; of the same namespace.
    ///
    /// - Parameters:
    ///   - id: What is owned.
    ///   - owner: The owner.
    ///   - isOneMore: Whether the owners that there are stay.
    ///   - kind: What the reference says instead of the owner's kind, so that it leads nowhere.
    mutating func own(_ id: ObjectID, by owner: ObjectID, isOneMore: Bool = false, as kind: String? = nil) {
        guard id != owner, let owned = objects[id], let uid = objects[owner]?.uid, id.namespace == owner.namespace
        else {
            return
        }
        let kind = kind ?? owner.kind
        let others = isOneMore ? owned.metadata["ownerReferences"]?.array ?? [] : []
        let reference: JSON = [
            "apiVersion": .string(ModelCommit.apiVersion(of: kind)), "kind": .string(kind),
            "name": .string(owner.name), "uid": .string(uid),
        ]
        objects[id]?.json[["metadata", "ownerReferences"]] = .array([reference] + others)
        collectGarbage()
    }

    /// Deletes one object, with a Namespace all that is in it, and what the garbage collector takes along because none of
    /// its owners is left; gives what is gone.
    mutating func delete(_ id: ObjectID) -> [KubeObject] {
        var gone: [KubeObject] = []
        for (other, object) in objects
        where other == id || id.groupKind == GroupKind.namespace && other.namespace == id.name { gone.append(object) }
        for object in gone { objects[object.id] = nil }
        return gone + collectGarbage()
    }

    /// Takes away what has owners of which none is there; gives what is gone.
    @discardableResult
    mutating func collectGarbage() -> [KubeObject] {
        var gone: [KubeObject] = []
        while true {
            let orphans = objects.values.filter { object in
                let owners = object.ownerLinks.map(\.owner)
                return !owners.isEmpty && !owners.contains { objects[$0.id]?.uid == $0.uid }
            }
            guard !orphans.isEmpty else { return gone }
            let spaces = Set(orphans.filter { $0.id.groupKind == GroupKind.namespace }.map(\.name))
            let inside = objects.values.filter { spaces.contains($0.namespace) && !orphans.map(\.id).contains($0.id) }
            for object in orphans + inside { objects[object.id] = nil }
            gone += orphans + inside
        }
    }

    private static func uid(_ number: Int) -> String {
        let digits = String(number)
        return "00000000-0000-4000-8000-\(String(repeating: "0", count: 12 - digits.count))\(digits)"
    }

    private static func fields(_ json: JSON) -> JSON {
        guard let object = json.object else { return [:] }
        return .object(JSONObject(object.map { JSONObject.Member(key: "f:\($0.key)", value: fields($0.value)) }))
    }
}

/// What one commit declares.
struct ModelCommit {
    let number: Int
    /// The version of each declared object's content.
    let wants: [ObjectID: Int]
    /// Objects whose manifest is refused.
    let invalid: Set<ObjectID>
    /// Objects whose manifest asks to be left alone.
    let leftAlone: Set<ObjectID>

    var id: String { String(repeating: "0", count: 32) + String(10_000_000 + number) }

    static func apiVersion(of kind: String) -> String {
        kind.contains("Role") ? "rbac.authorization.k8s.io/v1" : "v1"
    }

    /// Bindings always name the service account of their Namespace; service accounts its Secret, except in version 1.
    static func manifest(of id: ObjectID, version: Int) -> JSON {
        var json: JSON = [
            "apiVersion": .string(apiVersion(of: id.kind)), "kind": .string(id.kind),
            "metadata": ["name": .string(id.name)],
        ]
        if !id.namespace.isEmpty { json[["metadata", "namespace"]] = .string(id.namespace) }
        switch id.kind {
        case "ConfigMap": json["data"] = ["v": .string("\(version)")]
        case "ServiceAccount" where version != 1: json["secrets"] = [["name": "k"]]
        case "RoleBinding":
            json["roleRef"] = ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "elsewhere"]
            json["subjects"] = [["kind": "ServiceAccount", "name": "s"]]
        default: break
        }
        return json
    }

    /// What an object names in the model.
    static func named(by object: KubeObject) -> [ObjectID] {
        switch object.id.kind {
        case "ServiceAccount":
            (object.json["secrets"]?.array ?? []).map {
                ObjectID(group: "", kind: "Secret", namespace: object.namespace, name: $0["name"]?.string ?? "")
            }
        case "RoleBinding":
            [ObjectID(group: "", kind: "ServiceAccount", namespace: object.namespace, name: "s")]
        default: []
        }
    }

    /// The manifests, in a fixed order.
    func manifests() throws -> [KubeObject] {
        try wants.keys.sorted().map { id in
            var json = Self.manifest(of: id, version: wants[id] ?? 0)
            if invalid.contains(id) { json[["metadata", "annotations", "sternpost.dev/wave"]] = "first" }
            if leftAlone.contains(id) { json[["metadata", "annotations", "sternpost.dev/reconcile"]] = "disabled" }
            return try KubeObject(json)
        }
    }
}

/// Random numbers that are the same in every run (SplitMix64).
struct ModelDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True once in so many times.
    mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
}
