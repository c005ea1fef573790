// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Merges a configuration into an object along a schema, and takes fields out of an object.
enum TypedMerge {
    /// `right` merged over `left`: leaves of `right` win, maps and associative lists merge.
    static func merge(_ left: JSON, _ right: JSON, node: SchemaNode) -> JSON {
        merged(left, right, node: node) ?? .null
    }

    private static func merged(_ left: JSON?, _ right: JSON?, node: SchemaNode) -> JSON? {
        let shape = NodeShape(node, value: right ?? left)
        switch shape {
        case .leaf: break
        case .map(let map):
            let leftMembers = left?.object ?? JSONObject()
            let rightMembers = right?.object ?? JSONObject()
            if leftMembers.isEmpty, rightMembers.isEmpty { break }
            var members: [JSONObject.Member] = []
            for key in MergedKeys(leftMembers, rightMembers) {
                guard let child = map.node(of: key) else { continue }
                guard let value = merged(leftMembers[key], rightMembers[key], node: child) else { continue }
                members.append(.init(key: key, value: value))
            }
            return members.isEmpty ? .none : .object(JSONObject(members))
        case .list(let list):
            let leftItems = left?.array ?? []
            let rightItems = right?.array ?? []
            if leftItems.isEmpty, rightItems.isEmpty { break }
            let items = mergedItems(leftItems, rightItems, of: list)
            return items.isEmpty ? .none : .array(items)
        }
        return right ?? left
    }

    /// Items of both lists. The order of the applied list holds for its items; items of the live list alone stay
    /// behind the item they followed.
    private static func mergedItems(_ left: [JSON], _ right: [JSON], of list: SchemaList) -> [JSON] {
        let leftElements = left.map { list.pathElement(of: $0) }
        let rightElements = right.map { list.pathElement(of: $0) }
        let leftGroups = ItemGroups(left, of: list)
        let rightGroups = ItemGroups(right, of: list)
        var shared = rightElements.compactMap { $0 }.filter { !leftGroups[$0].isEmpty }[...]
        var done: Set<FieldPathElement> = []
        var result: [JSON] = []

        func append(_ old: JSON?, _ new: JSON?) {
            if let item = merged(old, new, node: list.item) { result.append(item) }
        }
        func live(_ element: FieldPathElement) -> JSON? {
            let group = leftGroups[element]
            return group.count > 1 ? .null : group.first
        }

        var (leftIndex, rightIndex) = (0, 0)
        while leftIndex < left.count || rightIndex < right.count {
            if leftIndex < left.count, rightIndex < right.count, let element = leftElements[leftIndex] {
                if element == rightElements[rightIndex] {
                    done.insert(element)
                    append(live(element), right[rightIndex])
                    leftIndex += 1
                    rightIndex += 1
                    shared = shared.dropFirst()
                    continue
                }
                if !rightGroups[element].isEmpty, let next = shared.first, next != element {
                    leftIndex += 1
                    continue
                }
            }
            if leftIndex < left.count {
                guard let element = leftElements[leftIndex] else {
                    leftIndex += 1
                    continue
                }
                if rightGroups[element].isEmpty {
                    append(left[leftIndex], nil)
                    leftIndex += 1
                    continue
                }
                if done.contains(element) { leftIndex += 1 }
            }
            if rightIndex < right.count {
                defer { rightIndex += 1 }
                guard let element = rightElements[rightIndex] else { continue }
                done.insert(element)
                append(live(element), right[rightIndex])
                if shared.first == element { shared = shared.dropFirst() }
            }
        }
        return result
    }

    /// The object without the fields of `set`. A map or list that loses its last field stays, empty.
    static func remove(_ set: FieldSet, from value: JSON, node: SchemaNode) -> JSON {
        emptied(set, value, node: node)
    }

    private static func removing(_ set: FieldSet, from value: JSON, node: SchemaNode) -> JSON? {
        switch NodeShape(node, value: value) {
        case .leaf: return value.array == nil && value.object == nil ? value : nil
        case .map(let shape):
            guard let members = value.object, !members.isEmpty else { return nil }
            var kept: [JSONObject.Member] = []
            var hadMatches = false
            for member in members {
                let child = set[.field(member.key)]
                if child?.isMember == true { continue }
                guard let child, !child.isEmpty, let childNode = shape.node(of: member.key) else {
                    kept.append(member)
                    continue
                }
                hadMatches = true
                kept.append(.init(key: member.key, value: emptied(child, member.value, node: childNode)))
            }
            return kept.isEmpty && !hadMatches ? .none : .object(JSONObject(kept))
        case .list(let list):
            guard let items = value.array, !items.isEmpty else { return nil }
            var kept: [JSON] = []
            var hadMatches = false
            for item in items {
                let child = list.pathElement(of: item).flatMap { set[$0] }
                if child?.isMember == true { continue }
                guard let child, !child.isEmpty else {
                    kept.append(item)
                    continue
                }
                hadMatches = true
                kept.append(emptied(child, item, node: list.item))
            }
            return kept.isEmpty && !hadMatches ? .none : .array(kept)
        }
    }

    private static func emptied(_ set: FieldSet, _ value: JSON, node: SchemaNode) -> JSON {
        if let rest = removing(set, from: value, node: node) { return rest }
        return switch value {
        case .object: .object(JSONObject())
        case .array: .array([])
        default: .null
        }
    }
}
