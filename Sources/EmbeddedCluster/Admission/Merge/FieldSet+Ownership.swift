// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

extension FieldSet {
    /// Every field of a value: leaves, atomic maps and lists, list items, empty maps and nulls.
    init(of value: JSON, node: SchemaNode) {
        self.init()
        collect(value, node: node)
    }

    /// Adds the fields below this set's own place.
    private mutating func collect(_ value: JSON, node: SchemaNode) {
        switch NodeShape(node, value: value) {
        case .leaf: isMember = true
        case .map(let shape):
            for member in value.object ?? JSONObject() {
                guard let childNode = shape.node(of: member.key) else { continue }
                var child = FieldSet()
                child.collect(member.value, node: childNode)
                let isEmpty = member.value.isNull || member.value.object?.isEmpty == true
                if isEmpty || !shape.isDeclared(member.key) { child.isMember = true }
                self[.field(member.key)] = child
            }
        case .list(let list): collectItems(value.array ?? [], of: list)
        }
    }

    /// An item that occurs twice is owned as a whole, without its fields.
    private mutating func collectItems(_ items: [JSON], of list: SchemaList) {
        var counts: [FieldPathElement: Int] = [:]
        for item in items {
            if let element = list.pathElement(of: item) { counts[element, default: 0] += 1 }
        }
        for item in items {
            guard let element = list.pathElement(of: item) else { continue }
            var child = FieldSet.leaf
            if counts[element] == 1 { child.collect(item, node: list.item) }
            child.isMember = true
            self[element] = child
        }
    }

    /// Paths in this set that are neither in `other` nor below a path of it.
    func subtractingRecursively(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember && !other.isMember
        for (element, set) in children {
            guard let counterpart = other.children[element] else {
                result[element] = set
                continue
            }
            if !counterpart.isMember { result[element] = set.subtractingRecursively(counterpart) }
        }
        return result
    }

    /// This set with every declared field that leads to a path of it.
    func withNamedFieldsAsMembers(_ node: SchemaNode) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember
        let resolved = node.resolved
        for (element, set) in children {
            var child: FieldSet
            switch (element, resolved) {
            case (.field(let name), .structure(let structure)):
                if let field = structure.fields[name] {
                    child = set.withNamedFieldsAsMembers(field.node)
                    child.isMember = true
                } else {
                    child = set.withNamedFieldsAsMembers(.untyped)
                }
            case (.field, .map(let element, _)): child = set.withNamedFieldsAsMembers(element)
            case (.key, .list(let list)): child = set.withNamedFieldsAsMembers(list.item)
            default: child = set.withNamedFieldsAsMembers(.untyped)
            }
            result[element] = child
        }
        return result
    }

    /// Every path, the members of a level before what is below them: the order of conflicts in messages.
    var pathsByLevel: [[FieldPathElement]] {
        let sorted = sortedChildren
        var result = sorted.filter { $0.set.isMember }.map { [$0.element] }
        for (element, set) in sorted { result += set.pathsByLevel.map { [element] + $0 } }
        return result
    }
}
