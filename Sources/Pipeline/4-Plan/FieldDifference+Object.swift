// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension FieldDifference {
    /// Whether a field that was to be removed stands in an object as it stood before.
    package func stands(in object: KubeObject) -> Bool {
        guard after == nil, let before else { return false }
        return object.json.value(at: path) == before
    }

    /// Whether a field has the same value in an object as before, although another one was wanted.
    package func isUnmoved(in object: KubeObject) -> Bool { object.json.value(at: path) == before }

    /// The object with this difference applied, and nothing else changed.
    package func applied(to object: KubeObject) -> KubeObject {
        var settled = object
        settled.json = object.json.with(after, at: path[...])
        return settled
    }
}

extension JSON {
    /// The value behind a path as `managedFields` writes it; nil when nothing is there.
    fileprivate func value(at path: [FieldPathElement]) -> JSON? {
        var current = self
        for element in path {
            let next: JSON?
            if case .field(let name) = element {
                next = current[name]
            } else {
                let items = current.array ?? []
                next = items.place(of: element).map { items[$0] }
            }
            guard let next else { return nil }
            current = next
        }
        return current
    }

    /// A copy with another value behind a path; nil removes what is there. An item that is missing comes last.
    fileprivate func with(_ value: JSON?, at path: ArraySlice<FieldPathElement>) -> JSON {
        guard let element = path.first else { return value ?? .null }
        let rest = path.dropFirst()
        if case .field(let name) = element {
            var copy = self
            let member = self[name] ?? .object(JSONObject())
            copy[name] = rest.isEmpty ? value : Optional(member.with(value, at: rest))
            return copy
        }
        var items = array ?? []
        let place = items.place(of: element)
        let item = rest.isEmpty ? value : Optional((place.map { items[$0] } ?? element.item).with(value, at: rest))
        switch (place, item) {
        case (let place?, let item?): items[place] = item
        case (let place?, nil): items.remove(at: place)
        case (nil, let item?): items.append(item)
        case (nil, nil): break
        }
        return .array(items)
    }
}

extension [JSON] {
    /// Where the item of a list stands that an element names.
    fileprivate func place(of element: FieldPathElement) -> Int? {
        var set = FieldSet()
        set.insert([element])
        var index = ListIndex(self, for: set)
        return index.place(of: element)
    }
}

extension FieldPathElement {
    /// What an item of a list has by its name alone.
    fileprivate var item: JSON {
        if case .key(let keys) = self { return .object(keys) }
        return .object(JSONObject())
    }
}
