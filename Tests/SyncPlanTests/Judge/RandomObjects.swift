// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

@testable import ClusterAdmission

/// Numbers that are the same for the same seed, everywhere.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func isChosen(oneIn count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }
}

/// Draws manifests of a kind along its schema, and changes them. Few different values, so that they meet again.
struct RandomObjects {
    let schema: KindSchema
    var numbers: SeededNumbers

    private static let identity: Set<String> = ["apiVersion", "kind", "metadata", "status"]

    mutating func manifest() -> JSON {
        var json = value(schema.root, depth: 0)
        json["apiVersion"] = .string(schema.gvk.apiVersion)
        json["kind"] = .string(schema.gvk.kind)
        json["metadata"] = ["name": "x", "namespace": "shop"]
        for key in ["labels", "annotations"] where !numbers.isChosen(oneIn: 3) {
            json[["metadata", key]] = numbers.isChosen(oneIn: 5) ? JSON.null : texts()
        }
        json["status"] = nil
        return json
    }

    /// A map of labels or annotations, whose values are always texts.
    private mutating func texts() -> JSON {
        var members = JSONObject()
        for key in ["a", "b", "c"] where numbers.isChosen(oneIn: 2) { members[key] = scalar(.string) }
        return .object(members)
    }

    /// The same manifest, or live object, with one place changed.
    mutating func changed(_ json: JSON) -> JSON {
        var result = json
        let members = schema.root.structure?.fields.keys.sorted() ?? []
        let key = numbers.pick(members.filter { !Self.identity.contains($0) } + ["metadata"])
        if key == "metadata" {
            result[["metadata", numbers.pick(["labels", "annotations"])]] = texts()
        } else if let node = schema.root.structure?.fields[key]?.node {
            if let old = json[key], !numbers.isChosen(oneIn: 8) {
                result[key] = changed(old, node, depth: 1)
            } else {
                result[key] = value(node, depth: 1)
            }
        }
        return result
    }

    /// Nil when the place is left out now; never the null of JSON.
    private mutating func changedOrGone(_ json: JSON, _ node: SchemaNode, depth: Int) -> JSON? {
        if numbers.isChosen(oneIn: 8) { return Optional<JSON>.none }
        return changed(json, node, depth: depth)
    }

    private mutating func changed(_ json: JSON, _ node: SchemaNode, depth: Int) -> JSON {
        switch (node.resolved, json) {
        case (.structure(let structure), .object(let members)) where !members.isEmpty:
            let key =
                numbers.isChosen(oneIn: 3) ? numbers.pick(structure.fields.keys.sorted()) : numbers.pick(members.keys)
            guard let field = structure.fields[key] else { return json }
            var result = json
            if let old = members[key] {
                result[key] = changedOrGone(old, field.node, depth: depth + 1)
            } else {
                result[key] = value(field.node, depth: depth + 1)
            }
            return result
        case (.map(let node, _), .object(let members)) where !members.isEmpty:
            var result = json
            let key = numbers.pick(members.keys + ["c"])
            if members[key] != nil, numbers.isChosen(oneIn: 3) {
                result[key] = Optional<JSON>.none
            } else {
                result[key] = value(node, depth: depth + 1)
            }
            return result
        case (.list(let list), .array(let items)) where !items.isEmpty:
            var items = items
            let place = Int.random(in: 0..<items.count, using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: items.remove(at: place)
            case 1: items.append(value(list.item, depth: depth + 1, keys: list))
            case 2: items.shuffle(using: &numbers)
            default: items[place] = changed(items[place], list.item, depth: depth + 1)
            }
            return .array(distinct(items, list))
        default: return value(node, depth: depth)
        }
    }

    private mutating func value(_ node: SchemaNode, depth: Int, keys: SchemaList? = nil) -> JSON {
        if depth > 0, keys == nil, numbers.isChosen(oneIn: 14) { return .null }
        switch node.resolved {
        case .scalar(let scalar): return self.scalar(scalar)
        case .structure(let structure): return self.structure(structure, depth: depth, keys: keys)
        case .map(let node, _):
            var members = JSONObject()
            for key in ["a", "b"] where numbers.isChosen(oneIn: 2) {
                members[key] = value(node, depth: depth + 1, keys: keys)
            }
            return .object(members)
        case .list(let list):
            let count = depth > 9 ? 0 : Int.random(in: 0...3, using: &numbers)
            return .array(distinct((0..<count).map { _ in value(list.item, depth: depth + 1, keys: list) }, list))
        default: return numbers.pick(["x", 1, ["a": 1], ["b": ["c": "d"]]])
        }
    }

    private mutating func structure(_ structure: SchemaStructure, depth: Int, keys: SchemaList?) -> JSON {
        var members = JSONObject()
        let names = structure.fields.keys.sorted().filter { depth > 0 || !Self.identity.contains($0) }
        let count = depth > 9 ? 0 : depth == 0 ? names.count : Int.random(in: 0...4, using: &numbers)
        for name in names.shuffled(using: &numbers).prefix(count) {
            members[name] = structure.fields[name].map { value($0.node, depth: depth + 1) }
        }
        if case .map(let fields)? = keys?.kind {
            for name in fields {
                guard let field = structure.fields[name], field.keyDefault == nil || numbers.isChosen(oneIn: 2) else {
                    continue
                }
                members[name] = numbers.pick(name == "protocol" ? ["TCP", "UDP"] : scalarKeys(field.node))
            }
        }
        return .object(members)
    }

    private func scalarKeys(_ node: SchemaNode) -> [JSON] {
        switch node {
        case .scalar(.string): ["a", "b", "c"]
        default: [1, 2, 3]
        }
    }

    private mutating func scalar(_ scalar: SchemaScalar) -> JSON {
        switch scalar {
        case .string: numbers.pick(["", "a", "b", "1", "caf\u{E9}", "cafe\u{301}"])
        case .bool: numbers.pick([true, false])
        case .int32, .int64: numbers.pick([0, 1, 2])
        case .float: numbers.pick([0, 0.5, 1])
        case .quantity: numbers.pick(["1", "1000m", "1Gi", "1024Mi", "0", 1])
        case .intOrString: numbers.pick([0, 80, "http", "80"])
        case .time: numbers.pick(["2026-01-01T00:00:00Z"])
        case .microTime: numbers.pick(["2026-01-01T00:00:00.000000Z"])
        case .bytes: numbers.pick(["", "YQ==", "YQ\n==", "Yg==", "YWJj", "YW\r\nJj\n"])
        }
    }

    /// The items that no earlier one is told to be the same as.
    private func distinct(_ items: [JSON], _ list: SchemaList) -> [JSON] {
        guard list.kind != .atomic else { return items }
        var known: Set<FieldPathElement> = []
        return items.filter { item in list.pathElement(of: item).map { known.insert($0).inserted } ?? false }
    }
}
