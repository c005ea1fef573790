// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Which fields differ between two objects of one kind.
struct FieldComparison {
    /// Fields of the first object that the second has not.
    private(set) var removed = FieldSet()
    /// Fields of both with different values.
    private(set) var modified = FieldSet()
    /// Fields of the second object that the first has not.
    private(set) var added = FieldSet()

    init(_ left: JSON, _ right: JSON, node: SchemaNode) {
        var path: [FieldPathElement] = []
        compare(left, right, node: node, path: &path)
    }

    /// Forgets the fields at and below the paths of `set`.
    mutating func exclude(_ set: FieldSet) {
        removed = removed.subtractingRecursively(set)
        modified = modified.subtractingRecursively(set)
        added = added.subtractingRecursively(set)
    }

    private mutating func compare(_ left: JSON?, _ right: JSON?, node: SchemaNode, path: inout [FieldPathElement]) {
        let leftShape = NodeShape(node, value: left)
        let rightShape = NodeShape(node, value: right)
        var isLeaf: Bool
        if right == nil {
            isLeaf = visit(leftShape, left, right, path: &path)
        } else if left == nil || leftShape == rightShape {
            isLeaf = visit(rightShape, left, right, path: &path)
        } else {
            _ = visit(leftShape, left, right, path: &path)
            isLeaf = visit(rightShape, left, right, path: &path)
        }
        guard !isLeaf else { return }
        if left == nil { added.insert(path) } else if right == nil { removed.insert(path) }
    }

    /// Compares in one shape; tells whether the place was taken as a leaf.
    private mutating func visit(
        _ shape: NodeShape,
        _ left: JSON?,
        _ right: JSON?,
        path: inout [FieldPathElement]
    ) -> Bool {
        switch shape {
        case .leaf: break
        case .map(let map):
            let leftMembers = left?.object ?? JSONObject()
            let rightMembers = right?.object ?? JSONObject()
            if leftMembers.isEmpty, rightMembers.isEmpty { break }
            for key in MergedKeys(leftMembers, rightMembers) {
                guard let child = map.node(of: key) else { continue }
                path.append(.field(key))
                compare(leftMembers[key], rightMembers[key], node: child, path: &path)
                path.removeLast()
            }
            return false
        case .list(let list):
            let leftItems = left?.array ?? []
            let rightItems = right?.array ?? []
            if leftItems.isEmpty, rightItems.isEmpty { break }
            compareItems(leftItems, rightItems, of: list, path: &path)
            return false
        }
        compareLeaf(left, right, path: path)
        return true
    }

    private mutating func compareLeaf(_ left: JSON?, _ right: JSON?, path: [FieldPathElement]) {
        if left == nil {
            added.insert(path)
        } else if right == nil {
            removed.insert(path)
        } else if !JSONEquality.isEqual(left, right) {
            modified.insert(path)
        }
    }

    private mutating func compareItems(
        _ left: [JSON],
        _ right: [JSON],
        of list: SchemaList,
        path: inout [FieldPathElement]
    ) {
        let leftGroups = ItemGroups(left, of: list)
        let rightGroups = ItemGroups(right, of: list)
        for element in leftGroups.order + rightGroups.order.filter({ leftGroups[$0].isEmpty }) {
            let (old, new) = (leftGroups[element], rightGroups[element])
            path.append(element)
            switch (old.count, new.count) {
            case (...1, ...1): compare(old.first, new.first, node: list.item, path: &path)
            case (2..., 2...): if old != new { modified.insert(path) }
            case (2..., _):
                if let item = new.first { compare(nil, item, node: list.item, path: &path) }
                removed.insert(path)
            default:
                if let item = old.first { compare(item, nil, node: list.item, path: &path) }
                added.insert(path)
            }
            path.removeLast()
        }
    }
}

/// The items of an associative list by what tells them apart; repeated items together.
struct ItemGroups {
    /// Each path element once, in the list's order.
    private(set) var order: [FieldPathElement] = []
    private var items: [FieldPathElement: [JSON]] = [:]

    init(_ list: [JSON], of schema: SchemaList) {
        for item in list {
            guard let element = schema.pathElement(of: item) else { continue }
            if items[element] == nil { order.append(element) }
            items[element, default: []].append(item)
        }
    }

    subscript(element: FieldPathElement) -> [JSON] { items[element] ?? [] }
}

/// The keys of two maps, each once, in byte order.
struct MergedKeys: Sequence {
    private let keys: [String]

    init(_ left: JSONObject, _ right: JSONObject) {
        keys = left.keys + right.keys.filter { left[$0] == nil }
    }

    func makeIterator() -> IndexingIterator<[String]> { keys.makeIterator() }
}

/// Equality as Kubernetes compares values: `1` and `1.0` are the same number.
enum JSONEquality {
    static func isEqual(_ left: JSON?, _ right: JSON?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (.int(let a)?, .double(let b)?), (.double(let b)?, .int(let a)?): Double(a) == b
        case (.array(let a)?, .array(let b)?): a.count == b.count && zip(a, b).allSatisfy { isEqual($0, $1) }
        case (.object(let a)?, .object(let b)?):
            a.count == b.count && a.allSatisfy { isEqual($0.value, b[$0.key]) }
        default: left == right
        }
    }
}
