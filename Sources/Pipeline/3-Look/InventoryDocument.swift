// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The text form of an inventory, as it stands in the parent Secret's data.
///
/// Compact JSON. Members of one source and one doubt stand together, by group-kind, then namespace (empty for
/// cluster-scoped objects), then name with the uid in a short form (``ShortUID``), and behind a space, for an object
/// that removes itself, the digits of what was applied; `null` for a member whose creation is intended and not
/// confirmed: `{"groups":[{"source":"https://…#infra","members":{"Deployment.apps":{"shop":{"web":"bywz…"}}}}]}`. The
/// form before this one is the map of `members` alone, with uids as the server gives them; it is still read.
package enum InventoryDocument {
    /// What a document holds.
    package struct Content: Sendable, Hashable {
        package var members: [ObjectID: Inventory.Member] = [:]
        /// As ``Inventory/unseenKinds``.
        package var unseenKinds: Set<GroupKind> = []
        /// As ``Inventory/pruneBase``.
        package var pruneBase: Int?

        package init(
            members: [ObjectID: Inventory.Member] = [:],
            unseenKinds: Set<GroupKind> = [],
            pruneBase: Int? = nil
        ) {
            self.members = members
            self.unseenKinds = unseenKinds
            self.pruneBase = pruneBase
        }
    }

    /// What the members of one group have in common.
    private struct Standing: Hashable {
        let source: String
        let doubt: Inventory.Doubt?
    }

    /// The key in the Secret's `data`.
    package static let key = "inventory"
    /// The most bytes of one document. A Secret may hold 1 MiB in all.
    package static let maxBytes = 900 << 10

    /// Writes the content.
    ///
    /// - Throws: ``InventoryError`` with reason `inventoryTooLarge`.
    package static func encode(_ content: Content) throws(InventoryError) -> [UInt8] {
        let groups = Dictionary(grouping: content.members) { Standing(source: $1.source, doubt: $1.doubt) }
        let ordered = groups.sorted {
            if $0.key.source != $1.key.source { return $0.key.source.precedesInByteOrder($1.key.source) }
            return ($0.key.doubt?.rawValue ?? "") < ($1.key.doubt?.rawValue ?? "")
        }
        var document: JSON = ["groups": .array(ordered.map { json(of: $0.value, $0.key) })]
        if !content.unseenKinds.isEmpty {
            document["unseenKinds"] = .array(content.unseenKinds.sorted().map { .string($0.description) })
        }
        if let base = content.pruneBase { document["pruneBase"] = .int(Int64(base)) }
        let bytes = document.serialized()
        guard bytes.count <= maxBytes else {
            throw InventoryError(
                .inventoryTooLarge,
                "the inventory of \(content.members.count) objects takes \(bytes.count) bytes, more than the \(maxBytes)"
                    + " that fit into a Secret; split the project into several"
            )
        }
        return bytes
    }

    private static func json(of members: [(key: ObjectID, value: Inventory.Member)], _ standing: Standing) -> JSON {
        var kinds: [String: [String: [JSONObject.Member]]] = [:]
        for (id, member) in members {
            let content = member.content.map { " \($0)" } ?? ""
            let uid = member.uid.map { JSON.string(ShortUID.text(of: $0) + content) } ?? .null
            kinds[id.groupKind.description, default: [:]][id.namespace, default: []]
                .append(.init(key: id.name, value: uid))
        }
        let map = JSONObject(
            kinds.map { kind, namespaces in
                let inner = namespaces.map { JSONObject.Member(key: $0.key, value: .object(JSONObject($0.value))) }
                return JSONObject.Member(key: kind, value: .object(JSONObject(inner)))
            }
        )
        var json: JSON = ["members": .object(map)]
        if !standing.source.isEmpty { json["source"] = .string(standing.source) }
        if let doubt = standing.doubt { json["doubt"] = .string(doubt.rawValue) }
        return json
    }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - bytes: What ``encode(_:)`` wrote, or an older version of it.
    ///   - source: The source of the members of an older document, which does not say it.
    /// - Returns: The members and the unseen kinds.
    /// - Throws: ``InventoryError`` with reason `corruptInventory` for anything else.
    package static func decode(_ bytes: [UInt8], source: String = "") throws(InventoryError) -> Content {
        let document: JSON
        do throws(JSONError) {
            document = try JSONParser.parse(bytes, limits: .init(maxDepth: 8, maxBytes: ObjectLimits.dataBytes))
        } catch {
            throw corrupt("\(error)")
        }
        let map = try map(document, "the document")
        var content = Content()
        // A kind's name in the older form begins with a capital letter, or has a group.
        guard map["groups"] != nil else {
            let standing = Standing(source: source, doubt: nil)
            try read(document, standing, into: &content) { uid throws(InventoryError) in uid }
            return content
        }
        for group in try list(map["groups"], "groups") {
            try read(group["members"] ?? .null, try standing(of: group), into: &content) {
                text throws(InventoryError) in
                guard let uid = ShortUID.uid(of: text) else { throw corrupt("\(text) is no uid") }
                return uid
            }
        }
        for kind in try list(map["unseenKinds"] ?? [], "unseenKinds") {
            guard let text = kind.string, !text.isEmpty else { throw corrupt("a kind is a \(kind.typeName)") }
            content.unseenKinds.insert(GroupKind(parsing: text))
        }
        if let base = map["pruneBase"] {
            guard let count = base.int.flatMap({ Int(exactly: $0) }), count >= 0 else {
                throw corrupt("pruneBase is no number of objects")
            }
            content.pruneBase = count
        }
        return content
    }

    private static func standing(of group: JSON) throws(InventoryError) -> Standing {
        let source = group["source"] ?? ""
        guard let source = source.string else { throw corrupt("a source is a \(source.typeName)") }
        guard let doubt = group["doubt"] else { return Standing(source: source, doubt: nil) }
        guard let known = doubt.string.flatMap(Inventory.Doubt.init(rawValue:)) else {
            throw corrupt("a doubt is \(doubt.string ?? "a \(doubt.typeName)"), which this version does not know")
        }
        return Standing(source: source, doubt: known)
    }

    private static func read(
        _ kinds: JSON,
        _ standing: Standing,
        into content: inout Content,
        uid: (String) throws(InventoryError) -> String
    ) throws(InventoryError) {
        for kind in try map(kinds, "the map of kinds") {
            let groupKind = GroupKind(parsing: kind.key)
            for namespace in try map(kind.value, kind.key) {
                for name in try map(namespace.value, "\(kind.key) \(namespace.key)") {
                    let id = ObjectID(groupKind: groupKind, namespace: namespace.key, name: name.key)
                    guard name.value.isNull || name.value.string != nil else {
                        throw corrupt("the uid of \(id) is a \(name.value.typeName)")
                    }
                    guard content.members[id] == nil else { throw corrupt("\(id) is there twice") }
                    let parts = name.value.string?.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                    var known: String?
                    if let text = parts?.first { known = try uid(String(text)) }
                    content.members[id] = Inventory.Member(
                        uid: known,
                        source: standing.source,
                        doubt: standing.doubt,
                        content: parts?.count == 2 ? parts?.last.map(String.init) : nil
                    )
                }
            }
        }
    }

    private static func map(_ json: JSON, _ place: String) throws(InventoryError) -> JSONObject {
        guard let object = json.object else { throw corrupt("\(place) is a \(json.typeName), not a map") }
        return object
    }

    private static func list(_ json: JSON?, _ place: String) throws(InventoryError) -> [JSON] {
        guard let array = json?.array else { throw corrupt("\(place) is no list") }
        return array
    }

    static func corrupt(_ problem: String) -> InventoryError {
        InventoryError(
            .corruptInventory,
            "the stored inventory cannot be read: \(problem); restore the Secret from a backup, or delete it to have the"
                + " inventory rebuilt from the objects that carry our label and field manager"
        )
    }
}
