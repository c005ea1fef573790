// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Finds items of lists by the elements that `managedFields` names them with.
enum ListItem {
    /// The element, of those known, that names `item` best: a set's value, a place, or the keys with most equal fields.
    /// A key field that the item leaves out may be filled in by the server (`protocol: TCP`), so it does not exclude.
    static func element(of item: JSON, among known: [FieldPathElement]) -> FieldPathElement? {
        var best: (element: FieldPathElement, score: Int)?
        for element in known {
            let score: Int
            switch element {
            case .value(let value): score = value == item ? 1_000 : -1
            case .key(let keys): score = matching(keys, item)
            case .field, .index: score = -1
            }
            guard score >= 0 else { continue }
            if let current = best, current.score > score { continue }
            if let current = best, current.score == score, current.element < element { continue }
            best = (element, score)
        }
        return best?.element
    }

    /// How many key fields are equal; negative when one differs.
    private static func matching(_ keys: JSONObject, _ item: JSON) -> Int {
        guard item.object != nil else { return -1 }
        var equal = 0
        for key in keys {
            guard let value = item[key.key] else { continue }
            guard value == key.value else { return -1 }
            equal += 1
        }
        return equal > 0 ? equal : -1
    }

    /// The item of a list that an element names.
    static func item(at element: FieldPathElement, in items: [JSON]) -> JSON? {
        switch element {
        case .value(let value): return items.first { $0 == value }
        case .index(let index): return index < items.count ? items[index] : nil
        case .key(let keys):
            if let exact = items.first(where: { item in keys.allSatisfy { item[$0.key] == $0.value } }) { return exact }
            let partial = items.filter { matching(keys, $0) > 0 }
            return partial.max { matching(keys, $0) < matching(keys, $1) }
        case .field: return nil
        }
    }

    /// The place of the item that an element's keys name exactly, or best.
    static func index(of element: FieldPathElement, in items: [JSON]) -> Int? {
        guard let item = item(at: element, in: items) else { return nil }
        return items.firstIndex(of: item)
    }

    /// One step down into a map or a list.
    static func value(at element: FieldPathElement, in json: JSON) -> JSON? {
        if case .field(let name) = element { return json[name] }
        return json.array.flatMap { item(at: element, in: $0) }
    }
}
