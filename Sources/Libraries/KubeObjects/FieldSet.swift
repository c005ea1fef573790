// SPDX-License-Identifier: Apache-2.0

/// One step into an object as managedFields writes it (structured-merge-diff `PathElement`). Names are equal by their
/// bytes.
package enum FieldPathElement: Sendable, Hashable, Comparable {
    /// `f:name`: a member of a map.
    case field(String)
    /// `k:{"name":"x"}`: the item of an associative list with these key values.
    case key(JSONObject)
    /// `v:"x"`: the item of a set with this value.
    case value(JSON)
    /// `i:0`: the item at this place.
    case index(Int)

    /// Reads `f:…`, `k:…`, `v:…` or `i:…`; nil for anything else.
    package init?(serialized text: String) {
        let body = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "f:": self = .field(body)
        case "k:":
            guard let json = try? JSONParser.parse(body), let object = json.object else { return nil }
            self = .key(object)
        case "v:":
            guard let json = try? JSONParser.parse(body) else { return nil }
            self = .value(json)
        case "i:":
            guard let index = Int(body), index >= 0 else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    /// The spelling in `fieldsV1`.
    package var serialized: String {
        switch self {
        case .field(let name): "f:\(name)"
        case .key(let object): "k:\(JSON.object(object).text)"
        case .value(let value): "v:\(value.text)"
        case .index(let index): "i:\(index)"
        }
    }

    /// The spelling in the API server's conflict messages: `.spec`, `[name="x"]`, `[="v"]`, `[0]`.
    package var display: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let object): "[\(object.map { "\($0.key)=\($0.value.text)" }.joined(separator: ","))]"
        case .value(let value): "[=\(value.text)]"
        case .index(let index): "[\(index)]"
        }
    }

    /// Whether both name the same step, by the bytes of the texts.
    package static func == (left: FieldPathElement, right: FieldPathElement) -> Bool {
        switch (left, right) {
        case (.field(let a), .field(let b)): a.hasSameBytes(as: b)
        case (.key(let a), .key(let b)): a == b
        case (.value(let a), .value(let b)): a == b
        case (.index(let a), .index(let b)): a == b
        default: false
        }
    }

    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(rank)
        switch self {
        case .field(let name): hasher.combine(bytesOf: name)
        case .key(let keys): hasher.combine(keys)
        case .value(let value): hasher.combine(value)
        case .index(let index): hasher.combine(index)
        }
    }

    /// Orders as structured-merge-diff does: fields, keys, values, indices; each by its own text.
    package static func < (left: FieldPathElement, right: FieldPathElement) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        if case .index(let a) = left, case .index(let b) = right { return a < b }
        return left.serialized.precedesInByteOrder(right.serialized)
    }

    /// Orders as `<` does, indices apart.
    fileprivate var orderText: String { "\(rank)\(serialized)" }

    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }
}

/// A set of field paths: what one manager owns, as `managedFields[].fieldsV1` holds it.
///
/// A tree: `isMember` tells whether the path that leads here is itself in the set (a leaf in `fieldsV1`, or `.` beside
/// children).
package struct FieldSet: Sendable, Hashable {
    package var isMember: Bool
    package private(set) var children: [FieldPathElement: FieldSet]

    /// The empty set.
    package init() {
        isMember = false
        children = [:]
    }

    /// Whether no path is in the set.
    package var isEmpty: Bool { !isMember && children.isEmpty }

    /// The child trees in structured-merge-diff's order.
    package var sortedChildren: [(element: FieldPathElement, set: FieldSet)] {
        // Each text is made once: to make it in every comparison costs more than all the rest.
        children.map { (text: $0.key.orderText, child: (element: $0.key, set: $0.value)) }
            .sorted { left, right in
                if case .index(let a) = left.child.element, case .index(let b) = right.child.element { return a < b }
                return left.text.precedesInByteOrder(right.text)
            }
            .map(\.child)
    }

    /// The subtree behind one element, or nil. Setting an empty set or nil removes it.
    package subscript(element: FieldPathElement) -> FieldSet? {
        get { children[element] }
        set { children[element] = newValue.flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// The tree behind a path; nil when nothing is owned there.
    package func subset(at path: [FieldPathElement]) -> FieldSet? {
        var current = self
        for element in path {
            guard let next = current[element] else { return nil }
            current = next
        }
        return current
    }

    /// Adds one path; the empty path marks the root itself.
    package mutating func insert(_ path: some Sequence<FieldPathElement>) {
        insert(ArraySlice(path))
    }

    private mutating func insert(_ path: ArraySlice<FieldPathElement>) {
        guard let first = path.first else {
            isMember = true
            return
        }
        children[first, default: FieldSet()].insert(path.dropFirst())
    }

    /// Whether exactly this path is in the set.
    package func contains(_ path: some Sequence<FieldPathElement>) -> Bool {
        var current = self
        for element in path {
            guard let next = current.children[element] else { return false }
            current = next
        }
        return current.isMember
    }

    /// Every path of the set, depth first, parents before children.
    package var paths: [[FieldPathElement]] {
        var result: [[FieldPathElement]] = isMember ? [[]] : []
        for (element, set) in sortedChildren { result += set.paths.map { [element] + $0 } }
        return result
    }

    /// Paths in this set or in `other`.
    package func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.isMember = isMember || other.isMember
        for (element, set) in other.children { result.children[element] = children[element]?.union(set) ?? set }
        return result
    }

    /// Paths in both sets.
    package func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember && other.isMember
        for (element, set) in children {
            guard let counterpart = other.children[element] else { continue }
            result[element] = set.intersection(counterpart)
        }
        return result
    }

    /// Paths in this set but not in `other`.
    package func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember && !other.isMember
        for (element, set) in children { result[element] = other.children[element].map(set.subtracting) ?? set }
        return result
    }
}

extension FieldSet {
    /// Reads the value of `fieldsV1`; nil when a key is of no known form.
    package init?(fieldsV1 json: JSON) {
        self.init()
        guard let object = json.object else { return nil }
        for member in object {
            if member.key == "." {
                isMember = true
                continue
            }
            guard let element = FieldPathElement(serialized: member.key) else { return nil }
            guard let members = member.value.object else { return nil }
            if members.isEmpty {
                children[element] = .leaf
            } else {
                guard let child = FieldSet(fieldsV1: member.value) else { return nil }
                children[element] = child
            }
        }
    }

    /// The set of one empty path: what stands behind the last element of a path.
    package static var leaf: FieldSet {
        var set = FieldSet()
        set.isMember = true
        return set
    }

    /// The value of `fieldsV1`: a leaf is `{}`, a member with children has `.`.
    package var fieldsV1: JSON {
        if children.isEmpty { return .object(JSONObject()) }
        var members: [JSONObject.Member] = []
        if isMember { members.append(.init(key: ".", value: .object(JSONObject()))) }
        for (element, set) in children { members.append(.init(key: element.serialized, value: set.fieldsV1)) }
        return .object(JSONObject(members))
    }
}

extension [FieldPathElement] {
    /// The path as the API server prints it in conflicts: `.spec.template.spec.containers[name="web"].image`.
    package var display: String { map(\.display).joined() }
}
