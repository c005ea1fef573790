// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// How a value at one place of an object is walked: as one leaf, member by member, or item by item.
enum NodeShape: Equatable {
    case leaf
    case map(MapShape)
    case list(SchemaList)

    /// The declared or free members of a map that merges member by member.
    struct MapShape: Equatable {
        /// nil: all keys are free.
        let structure: SchemaStructure?
        /// Schema of members that are not declared; nil when there may be none.
        let element: SchemaNode?

        /// The schema of a member; nil when the member is not declared.
        func node(of key: String) -> SchemaNode? { structure?.fields[key]?.node ?? element }

        func isDeclared(_ key: String) -> Bool { structure?.fields[key] != nil }
    }

    /// The shape of a place. Only an untyped place looks at the value: its maps merge by key, the rest is a leaf; null
    /// and absent values take either form, so they count as maps.
    init(_ node: SchemaNode, value: JSON?) {
        switch node.resolved {
        case .scalar, .atomicUntyped, .reference, .granular: self = .leaf
        case .structure(let structure):
            let element: SchemaNode? = structure.preservesUnknownFields ? .untyped : nil
            self = structure.isAtomic ? .leaf : .map(MapShape(structure: structure, element: element))
        case .map(let element, let isAtomic):
            self = isAtomic ? .leaf : .map(MapShape(structure: nil, element: element))
        case .list(let list): self = list.kind == .atomic ? .leaf : .list(list)
        case .untyped:
            switch value {
            case nil, .null, .object: self = .map(MapShape(structure: nil, element: .untyped))
            default: self = .leaf
            }
        }
    }
}

extension SchemaList {
    /// What tells `item` from the other items; nil when the item has no such thing (a map in a set, no key at all).
    func pathElement(of item: JSON) -> FieldPathElement? {
        switch kind {
        case .atomic: return nil
        case .set:
            switch item {
            case .null, .array, .object: return nil
            default: return .value(item)
            }
        case .map(let keys):
            guard let members = item.object else { return nil }
            let structure = self.item.structure
            var found = JSONObject()
            for key in keys { found[key] = members[key] ?? structure?.fields[key]?.keyDefault }
            return found.isEmpty ? nil : .key(found)
        }
    }

    /// Why an item has no path element, in structured-merge-diff's words.
    func pathElementProblem(of item: JSON) -> String {
        guard case .map(let keys) = kind else {
            return switch item {
            case .object: "associative list without keys has an element that's a map type"
            case .array: "not supported: associative list with lists as elements"
            default: "associative list without keys has an element that's an explicit null"
            }
        }
        if item.isNull { return "associative list with keys may not have a null element" }
        if item.object == nil { return "associative list with keys may not have non-map elements" }
        let names = keys.map { "\"\($0)\"" }.joined(separator: " ")
        return "associative list with keys has an element that omits all key fields [\(names)] "
            + "(and doesn't have default values for any key fields)"
    }
}
