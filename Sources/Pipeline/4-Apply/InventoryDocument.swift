// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// The text form of an inventory's members, as it stands in the parent Secret's data.
///
/// Compact JSON, grouped so that 10,000 members fit: group-kind, then namespace (empty for cluster-scoped objects), then
/// name with the uid; `null` for a member whose creation is intended and not confirmed:
/// `{"Deployment.apps":{"shop":{"web":"6f2c…"}}}`.
package enum InventoryDocument {
    /// The key in the Secret's `data`.
    package static let key = "inventory"
    /// The most bytes of one document. A Secret may hold 1 MiB in all.
    package static let maxBytes = 900 << 10

    /// Writes the members.
    ///
    /// - Throws: ``ApplyError`` with reason `inventoryTooLarge`.
    package static func encode(_ members: [ObjectID: Inventory.Member]) throws(ApplyError) -> [UInt8] {
        var kinds: [String: [String: [JSONObject.Member]]] = [:]
        for (id, member) in members {
            let uid = member.uid.map(JSON.string) ?? .null
            kinds[id.groupKind.description, default: [:]][id.namespace, default: []]
                .append(.init(key: id.name, value: uid))
        }
        let document = JSONObject(
            kinds.map { kind, namespaces in
                let inner = namespaces.map { JSONObject.Member(key: $0.key, value: .object(JSONObject($0.value))) }
                return JSONObject.Member(key: kind, value: .object(JSONObject(inner)))
            }
        )
        let bytes = JSON.object(document).serialized()
        guard bytes.count <= maxBytes else {
            throw ApplyError(
                .inventoryTooLarge,
                "the inventory of \(members.count) objects takes \(bytes.count) bytes, more than the \(maxBytes) that"
                    + " fit into a Secret; split the project into several"
            )
        }
        return bytes
    }

    /// Reads the members.
    ///
    /// - Throws: ``ApplyError`` with reason `corruptInventory` for anything that ``encode(_:)`` would not write.
    package static func decode(_ bytes: [UInt8]) throws(ApplyError) -> [ObjectID: Inventory.Member] {
        let document: JSON
        do throws(JSONError) {
            document = try JSONParser.parse(bytes, limits: .init(maxDepth: 8, maxBytes: 1 << 20))
        } catch {
            throw corrupt("\(error)")
        }
        var members: [ObjectID: Inventory.Member] = [:]
        for kind in try map(document, "the document") {
            let groupKind = GroupKind(parsing: kind.key)
            for namespace in try map(kind.value, kind.key) {
                for name in try map(namespace.value, "\(kind.key) \(namespace.key)") {
                    guard name.value.isNull || name.value.string != nil else {
                        throw corrupt("the uid of \(kind.key) \(namespace.key)/\(name.key) is a \(name.value.typeName)")
                    }
                    let id = ObjectID(groupKind: groupKind, namespace: namespace.key, name: name.key)
                    members[id] = Inventory.Member(uid: name.value.string)
                }
            }
        }
        return members
    }

    private static func map(_ json: JSON, _ place: String) throws(ApplyError) -> JSONObject {
        guard let object = json.object else { throw corrupt("\(place) is a \(json.typeName), not a map") }
        return object
    }

    static func corrupt(_ problem: String) -> ApplyError {
        ApplyError(
            .corruptInventory,
            "the stored inventory cannot be read: \(problem); restore the Secret from a backup, or delete it to have the"
                + " inventory rebuilt from the objects that carry our label and field manager"
        )
    }
}
