// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Strategic merge patch: a merge patch that merges keyed lists item by item, as the built-in types declare.
///
/// Understands `$patch: replace|delete|merge`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…` and `$retainKeys`.
package enum StrategicMergePatch {
    /// Merges `patch` into `target`. Custom resources have no such patches: callers answer 415 before.
    ///
    /// - Throws: 400 for a directive that cannot be understood, 500 for a list item without its merge key, as the real
    ///   server.
    package static func apply(
        _ patch: JSON,
        to target: JSON,
        schema: KindSchema
    ) throws(RequestRefusal) -> JSON {
        guard patch.object != nil else {
            throw RequestRefusal(
                .badRequest,
                "error decoding patch: json: cannot unmarshal \(patch.goTypeName) into Go value of type "
                    + "map[string]interface {}"
            )
        }
        return try merge(patch, into: target, node: schema.root)
    }

    private static let directive = "$patch"
    private static let retainKeys = "$retainKeys"
    private static let deleteFromList = "$deleteFromPrimitiveList/"
    private static let elementOrder = "$setElementOrder/"

    private static func merge(_ patch: JSON, into target: JSON, node: SchemaNode) throws(RequestRefusal) -> JSON {
        var changes = patch.object ?? JSONObject()
        switch changes[directive]?.string {
        case nil where changes[directive] == nil, "merge": changes[directive] = nil
        case "replace":
            changes[directive] = nil
            return .object(changes)
        case "delete": return .object(JSONObject())
        default: throw badDirective(changes[directive])
        }
        var result = target.object ?? JSONObject()
        if let kept = changes[retainKeys] {
            guard let names = kept.array?.compactMap(\.string) else {
                throw RequestRefusal(.badRequest, "invalid patch format of retainKeys")
            }
            for member in result where !names.contains(member.key) { result[member.key] = nil }
            changes[retainKeys] = nil
        }
        for change in changes where !isListDirective(change.key) {
            result[change.key] = try merged(
                change,
                into: result[change.key],
                node: child(change.key, of: node),
                in: changes
            )
        }
        try applyListDirectives(changes, to: &result, node: node)
        return .object(result)
    }

    private static func merged(
        _ change: JSONObject.Member,
        into old: JSON?,
        node: SchemaNode,
        in changes: JSONObject
    ) throws(RequestRefusal) -> JSON? {
        switch (change.value, node.resolved) {
        case (.null, _): return nil
        case (.object, _): return try merge(change.value, into: old ?? .null, node: node)
        case (.array(let items), .list(let list)):
            guard let key = list.patchMergeKey else { return change.value }
            let merger = StrategicListMerge(list: list, key: key, place: change.key)
            let live = old?.array ?? []
            let order = changes["\(elementOrder)\(change.key)"]?.array
            return .array(try merger.merge(items, into: live, order: order, mergeItem: merge))
        default: return change.value
        }
    }

    /// Deletions from sets and orders of lists that the patch does not change otherwise.
    private static func applyListDirectives(
        _ changes: JSONObject,
        to result: inout JSONObject,
        node: SchemaNode
    ) throws(RequestRefusal) {
        for change in changes where isListDirective(change.key) {
            guard let values = change.value.array else {
                throw RequestRefusal(.badRequest, "invalid patch format of primitive list")
            }
            if change.key.hasPrefix(deleteFromList) {
                let name = String(change.key.dropFirst(deleteFromList.count))
                guard let items = result[name]?.array else { continue }
                result[name] = .array(items.filter { !values.contains($0) })
                continue
            }
            let name = String(change.key.dropFirst(elementOrder.count))
            guard changes[name] == nil, let items = result[name]?.array,
                case .list(let list) = child(name, of: node).resolved, let key = list.patchMergeKey
            else { continue }
            let merger = StrategicListMerge(list: list, key: key, place: name)
            result[name] = .array(merger.ordered(items, live: items, order: values))
        }
    }

    private static func isListDirective(_ key: String) -> Bool {
        key.hasPrefix(deleteFromList) || key.hasPrefix(elementOrder)
    }

    private static func child(_ name: String, of node: SchemaNode) -> SchemaNode {
        switch node.resolved {
        case .structure(let structure): structure.fields[name]?.node ?? .untyped
        case .map(let element, _): element
        default: .untyped
        }
    }

    static func badDirective(_ value: JSON?) -> RequestRefusal {
        RequestRefusal(.badRequest, "Unknown patch type found: \(value?.string ?? value?.text ?? "")")
    }
}
