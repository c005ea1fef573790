// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The Secret that carries a project's inventory, as kubectl's ApplySet convention wants its labels and annotations.
package enum InventoryParent {
    /// `<tool>/<version>`: who may write the ApplySet. Only the tool's name is compared.
    static let tooling = "\(WireName.tool)/v0.1"
    static let projectAnnotation = WireName.project
    /// The repositories and folders from which the members came; in documents that do not say it, that of all of them.
    static let sourceAnnotation = WireName.source
    /// The branch, tag or commit from which the project was synced last.
    static let refAnnotation = WireName.ref
    /// The commit from which it was synced last, as ``FollowedCommit/text``; only where later commits may be refused for it.
    static let followedAnnotation = WireName.followed
    /// How much the API server allows for all annotations of one object, less a part that is left for others.
    private static let maxAnnotationBytes = ObjectLimits.annotationBytes - (16 << 10)

    /// The Secret for these members, made from the stored one so that fields of others stay.
    ///
    /// - Throws: ``InventoryError`` when the members do not fit, or the stored object is not a valid parent.
    package static func object(
        for inventory: Inventory,
        project: String,
        replacing stored: KubeObject?
    ) throws(InventoryError) -> KubeObject {
        let parent = inventory.applySet.parent
        var json: JSON =
            stored?.json ?? [
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": ["name": .string(parent.name), "namespace": .string(parent.namespace)],
            ]
        json[["metadata", "labels", ApplySet.idLabel]] = .string(inventory.applySet.id)
        json[["metadata", "labels", WireName.managedBy]] = .string(WireName.tool)
        let kinds = Set(inventory.members.keys.map(\.groupKind)).union(inventory.unseenKinds).sorted()
        let namespaces = Set(inventory.members.keys.map(\.namespace)).subtracting(["", parent.namespace]).sorted {
            $0.precedesInByteOrder($1)
        }
        let annotations: [(String, String)] = [
            (ApplySet.toolingAnnotation, tooling),
            (ApplySet.groupKindsAnnotation, kinds.map(\.description).joined(separator: ",")),
            (ApplySet.namespacesAnnotation, namespaces.joined(separator: ",")), (projectAnnotation, project),
            (sourceAnnotation, sources(of: inventory)), (refAnnotation, inventory.ref),
        ]
        for (key, value) in annotations { json[["metadata", "annotations", key]] = .string(value) }
        json[["metadata", "annotations", followedAnnotation]] = inventory.followed.map { JSON.string($0.text) }
        try checkAnnotations(of: json, inventory, namespaces: namespaces.count)
        let bytes = try InventoryDocument.encode(
            .init(
                members: inventory.members,
                unseenKinds: inventory.unseenKinds,
                pruneBase: inventory.pruneBase
            )
        )
        json[["data", InventoryDocument.key]] = .string(Base64.text(of: bytes))
        do throws(KubeObjectError) { return try KubeObject(json) } catch { throw InventoryDocument.corrupt("\(error)") }
    }

    private static func sources(of inventory: Inventory) -> String {
        Set(inventory.members.values.map(\.source)).subtracting([""]).sorted { $0.precedesInByteOrder($1) }
            .joined(separator: " ")
    }

    /// - Throws: ``InventoryError`` with reason `inventoryTooLarge` when the API server would not take the annotations.
    private static func checkAnnotations(
        of json: JSON,
        _ inventory: Inventory,
        namespaces: Int
    ) throws(InventoryError) {
        let all = json["metadata"]?["annotations"]?.object ?? JSONObject()
        let bytes = ObjectLimits.bytes(ofAnnotations: all)
        guard bytes <= maxAnnotationBytes else {
            throw InventoryError(
                .inventoryTooLarge,
                "the annotations of the inventory \(inventory.applySet.parent), which name \(namespaces) namespaces, take"
                    + " \(bytes) bytes, more than the \(maxAnnotationBytes) that fit; split the project into several"
            )
        }
    }

    /// Checks that a stored Secret is the parent of this ApplySet and that we may write it.
    ///
    /// - Throws: ``InventoryError`` with reason `foreignParent`.
    package static func verify(_ stored: KubeObject, is applySet: ApplySet) throws(InventoryError) {
        let parent = applySet.parent
        guard let id = stored.label(ApplySet.idLabel) else {
            throw InventoryError(
                .foreignParent,
                "\(parent) exists and is no ApplySet parent (it has no label \(ApplySet.idLabel)); rename the project, or"
                    + " delete the Secret if nobody needs it"
            )
        }
        let tool = stored.annotation(ApplySet.toolingAnnotation) ?? ""
        guard tool.split(separator: "/").first.map(String.init) == WireName.tool else {
            throw InventoryError(
                .foreignParent,
                "\(parent) is the ApplySet of another tool (\(tool.isEmpty ? "unnamed" : tool)); rename the project, or"
                    + " hand the ApplySet over by removing it there"
            )
        }
        guard id == applySet.id else {
            throw InventoryError(
                .foreignParent,
                "\(parent) carries the ApplySet id \(id) where \(applySet.id) is expected: it was copied from another"
                    + " name or namespace; delete the copy"
            )
        }
    }

    /// The commit from which the project was synced last; nil where none is stored, or where it belongs to another ref
    /// than the last sync: then an older version, which does not know this annotation, wrote last.
    ///
    /// - Throws: ``InventoryError`` with reason `corruptInventory` for anything else: then no commit may be followed.
    static func followed(of stored: KubeObject) throws(InventoryError) -> FollowedCommit? {
        guard let text = stored.annotation(followedAnnotation) else { return nil }
        guard let followed = FollowedCommit(text) else {
            let name = "secret \(stored.name) -n \(stored.namespace)"
            throw InventoryError(
                .corruptInventory,
                "\(stored.id): its annotation \(followedAnnotation) names no commit, so it is not known whether a tag was moved"
                    + " or history rewritten; kubectl annotate \(name) \(followedAnnotation)- lets the next sync write it anew"
            )
        }
        return followed.ref == stored.annotation(refAnnotation) ? followed : nil
    }

    /// The name of the ApplySet of this parent for display: the project's name for one of ours, the parent for another
    /// tool's.
    static func name(of parent: KubeObject) -> String {
        let tool = parent.annotation(ApplySet.toolingAnnotation)?.split(separator: "/").first.map(String.init) ?? ""
        if tool == WireName.tool, let project = parent.annotation(projectAnnotation) {
            return "the project \(project) (inventory \(parent.id))"
        }
        return "the ApplySet \(parent.id)\(tool.isEmpty ? "" : " of \(tool)")"
    }

    /// The kinds of the annotation `contains-group-kinds`.
    static func groupKinds(of stored: KubeObject) -> Set<GroupKind> {
        let text = stored.annotation(ApplySet.groupKindsAnnotation) ?? ""
        return Set(text.split(separator: ",").map { GroupKind(parsing: String($0)) })
    }

    /// The namespaces in which members are: that of the parent, and those of the annotation `additional-namespaces`.
    static func namespaces(of stored: KubeObject) -> Set<String> {
        let text = stored.annotation(ApplySet.namespacesAnnotation) ?? ""
        return Set(text.split(separator: ",").map(String.init)).union([stored.namespace])
    }

    /// A stored parent with everything that we write taken from another version.
    package static func withOurs(of wanted: KubeObject, in stored: KubeObject) -> KubeObject {
        var result = stored
        for key in ["labels", "annotations"] { result.json[["metadata", key]] = wanted.metadata[key] }
        result.json[["data", InventoryDocument.key]] = wanted.json["data"]?[InventoryDocument.key]
        return result
    }

    /// Whether two versions of the parent are equal in everything that we write.
    package static func saysTheSame(_ left: KubeObject, _ right: KubeObject) -> Bool {
        left.metadata["labels"] == right.metadata["labels"]
            && left.metadata["annotations"] == right.metadata["annotations"]
            && left.json["data"]?[InventoryDocument.key] == right.json["data"]?[InventoryDocument.key]
    }
}
