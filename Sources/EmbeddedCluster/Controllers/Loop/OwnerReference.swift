// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// One entry of `metadata.ownerReferences`.
struct OwnerReference: Sendable, Hashable {
    let gvk: GroupVersionKind
    let name: String
    let uid: String
    /// Whether the owner manages the object; at most one does.
    let isController: Bool
    /// Whether the owner's foreground deletion waits for the object.
    let blocksDeletion: Bool

    init?(_ json: JSON) {
        guard let apiVersion = json["apiVersion"]?.string, let kind = json["kind"]?.string,
            let name = json["name"]?.string, let uid = json["uid"]?.string
        else { return nil }
        gvk = GroupVersionKind(apiVersion: apiVersion, kind: kind)
        self.name = name
        self.uid = uid
        isController = json["controller"]?.bool ?? false
        blocksDeletion = json["blockOwnerDeletion"]?.bool ?? false
    }

    /// The reference by which `owner` controls an object.
    static func controller(_ owner: KubeObject) -> JSON {
        [
            "apiVersion": .string(owner.gvk.apiVersion), "kind": .string(owner.gvk.kind), "name": .string(owner.name),
            "uid": .string(owner.uid ?? ""), "controller": true, "blockOwnerDeletion": true,
        ]
    }
}

extension KubeObject {
    var ownerReferences: [OwnerReference] {
        (metadata["ownerReferences"]?.array ?? []).compactMap(OwnerReference.init)
    }

    /// The owner that manages the object, or nil.
    var controllerReference: OwnerReference? { ownerReferences.first(where: \.isController) }

    /// Whether deletion was asked for.
    var isBeingDeleted: Bool { deletionTimestamp != nil }

    var labels: JSONObject { metadata["labels"]?.object ?? JSONObject() }

    /// When the object was created; the beginning of time when that is unknown.
    var created: ClusterTime { creationTimestamp.flatMap { ClusterTime($0) } ?? ClusterTime(microseconds: 0) }
}
