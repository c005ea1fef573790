// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Merges the items of one list of a strategic merge patch.
struct StrategicListMerge {
    let list: SchemaList
    /// The field that tells items apart; empty for a set of scalars.
    let key: String
    /// The list's name, for errors.
    let place: String

    typealias ItemMerge = (JSON, JSON, SchemaNode) throws(RequestRefusal) -> JSON

    /// Merges the patch's items into the live ones.
    ///
    /// - Parameters:
    ///   - patch: Items of the patch.
    ///   - live: Items of the object.
    ///   - order: The list's `$setElementOrder`, if any.
    ///   - mergeItem: Merges (patch, live) of one item.
    /// - Returns: The new list.
    /// - Throws: 500 for an item without the key, 400 for a directive that cannot be understood.
    func merge(
        _ patch: [JSON],
        into live: [JSON],
        order: [JSON]?,
        mergeItem: ItemMerge
    ) throws(RequestRefusal) -> [JSON] {
        var result = live
        if key.isEmpty {
            for value in patch where !result.contains(value) { result.append(value) }
        } else if patch.contains(where: { $0["$patch"]?.string == "replace" }) {
            return patch.filter { $0["$patch"]?.string != "replace" }
        } else {
            for item in patch { try merge(item, into: &result, mergeItem: mergeItem) }
        }
        // The patch's own items are in its order even when it gives none, so that a new one comes before live ones.
        let given = patch.filter { $0["$patch"]?.string != "delete" }
        result = ordered(result, live: live, order: given)
        guard let order else { return result }
        return ordered(result, live: live, order: order)
    }

    private func merge(_ item: JSON, into result: inout [JSON], mergeItem: ItemMerge) throws(RequestRefusal) {
        guard let value = item[key] else {
            throw RequestRefusal(
                .unnamed,
                "map: \(item.text) does not contain declared merge key: \(key) (in \(place))"
            )
        }
        switch item["$patch"]?.string {
        case "delete": result.removeAll { $0[key] == value }
        case nil, "merge":
            if let index = result.firstIndex(where: { $0[key] == value }) {
                result[index] = try mergeItem(item, result[index], list.item)
            } else {
                // Merging into nothing takes the directives out of the new item.
                result.append(try mergeItem(item, .object(JSONObject()), list.item))
            }
        default: throw StrategicMergePatch.badDirective(item["$patch"])
        }
    }

    /// Items named by the order in that order; the others, in the live list's order, before the first ordered item that
    /// followed them there.
    func ordered(_ items: [JSON], live: [JSON], order: [JSON]) -> [JSON] {
        func identity(_ item: JSON) -> JSON { key.isEmpty ? item : item[key] ?? .null }
        let wanted = order.map(identity)
        let liveOrder = live.map(identity)
        func livePlace(_ item: JSON) -> Int { liveOrder.firstIndex(of: identity(item)) ?? Int.max }
        let others = items.filter { !wanted.contains(identity($0)) }.enumerated()
            .sorted { (livePlace($0.element), $0.offset) < (livePlace($1.element), $1.offset) }.map(\.element)
        let named = wanted.compactMap { value in items.first { identity($0) == value } }
        var result: [JSON] = []
        var (otherIndex, namedIndex) = (0, 0)
        while otherIndex < others.count || namedIndex < named.count {
            if namedIndex == named.count {
                result.append(others[otherIndex])
                otherIndex += 1
                continue
            }
            if otherIndex < others.count,
                let otherPlace = liveOrder.firstIndex(of: identity(others[otherIndex])),
                let namedPlace = liveOrder.firstIndex(of: identity(named[namedIndex])), otherPlace < namedPlace
            {
                result.append(others[otherIndex])
                otherIndex += 1
            } else {
                result.append(named[namedIndex])
                namedIndex += 1
            }
        }
        return result
    }
}
