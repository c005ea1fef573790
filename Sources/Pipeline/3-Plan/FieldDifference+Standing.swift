// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension FieldDifference {
    /// Whether a field that was to be removed stands in an object as it stood before.
    package func stands(in object: KubeObject) -> Bool {
        guard after == nil, let before else { return false }
        return object.json.value(at: path) == before
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
                var set = FieldSet()
                set.insert([element])
                var items = ListIndex(current.array ?? [], for: set)
                next = items.item(at: element)
            }
            guard let next else { return nil }
            current = next
        }
        return current
    }
}
