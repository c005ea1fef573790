// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

@testable import ClusterAdmission

/// Says whether every declared value is live and ours, field by field: slow, simple, by the schema and by the raw text of
/// `managedFields`, with nothing of the comparison that it judges.
struct IndependentJudge {
    private let ours: JSON
    private let live: JSON
    private let schema: KindSchema
    private(set) var problems: [String] = []

    static func problems(declared: JSON, live: JSON, schema: KindSchema) -> [String] {
        var judge = IndependentJudge(live: live, schema: schema)
        judge.walk(declared, live, judge.ours, schema.root, at: "")
        judge.leftovers(judge.ours, declared, live, schema.root, at: "")
        return judge.problems
    }

    private init(live: JSON, schema: KindSchema) {
        let entry = live["metadata"]?["managedFields"]?.array?.first {
            $0["manager"] == "sternpost" && $0["operation"] == "Apply" && $0["subresource"] == nil
        }
        ours = entry?["fieldsV1"] ?? [:]
        self.live = live
        self.schema = schema
    }

    private static let unowned: Set<String> = [
        ".apiVersion", ".kind", ".metadata.name", ".metadata.namespace", ".metadata.creationTimestamp",
    ]

    private mutating func walk(_ wanted: JSON, _ found: JSON?, _ owned: JSON?, _ node: SchemaNode, at path: String) {
        if Self.unowned.contains(path) { return }
        switch (node.resolved, wanted) {
        case (.structure(let structure), .object(let members)) where !structure.isAtomic && !members.isEmpty:
            descend(members, found, owned, at: path) { structure.fields[$0]?.node }
        case (.map(let inner, false), .object(let members)) where !members.isEmpty:
            descend(members, found, owned, at: path) { _ in inner }
        case (.untyped, .object(let members)) where !members.isEmpty:
            descend(members, found, owned, at: path) { _ in .untyped }
        case (.list(let list), .array(let items)) where list.kind != .atomic && !items.isEmpty:
            walk(items, found, owned, list, at: path)
        default: leaf(wanted, found, owned, node, at: path)
        }
    }

    private mutating func descend(
        _ members: JSONObject,
        _ found: JSON?,
        _ owned: JSON?,
        at path: String,
        _ node: (String) -> SchemaNode?
    ) {
        // A map of nothing but empty values may be absent as a whole only if each of them may.
        for member in members {
            guard let inner = node(member.key) else {
                problems.append("\(path).\(member.key): no such field")
                continue
            }
            walk(member.value, found?[member.key], owned?["f:\(member.key)"], inner, at: "\(path).\(member.key)")
        }
    }

    private mutating func walk(_ items: [JSON], _ found: JSON?, _ owned: JSON?, _ list: SchemaList, at path: String) {
        let live = found?.array ?? []
        var last = -1
        for item in items {
            guard let name = name(of: item, list) else {
                problems.append("\(path): an item without a name: \(item.text)")
                continue
            }
            let places = live.indices.filter { place in
                self.name(of: live[place], list).map { Self.isSameName($0, name) } == true
            }
            guard places.count == 1 else {
                problems.append("\(path)[\(name)]: \(places.count) times there")
                continue
            }
            if case .map = list.kind {
                if places[0] < last { problems.append("\(path)[\(name)]: in another order") }
                last = places[0]
            }
            let mine = owned?.object?.first { Self.isSameName($0.key, name) }?.value
            if mine == nil { problems.append("\(path)[\(name)]: not ours") }
            walk(item, live[places[0]], mine, list.item, at: "\(path)[\(name)]")
        }
    }

    /// `k:{…}` or `v:…`, as managedFields has it.
    private func name(of item: JSON, _ list: SchemaList) -> String? {
        switch list.kind {
        case .atomic: return nil
        case .set: return "v:\(item.text)"
        case .map(let keys):
            guard let structure = list.item.structure else { return nil }
            var named: JSON = [:]
            for key in keys { named[key] = item[key] ?? structure.fields[key]?.keyDefault }
            return "k:\(named.text)"
        }
    }

    private static func isSameName(_ left: String, _ right: String) -> Bool { Array(left.utf8) == Array(right.utf8) }

    private mutating func leaf(_ wanted: JSON, _ found: JSON?, _ owned: JSON?, _ node: SchemaNode, at path: String) {
        let isThere = found != nil && found?.isNull == false
        let isContainer = found?.object != nil || found?.array != nil
        switch wanted {
        case .null, .object, .array:
            // Nothing is declared of a map or list that merges; whoever owns it.
            if Self.isEmpty(wanted), isThere, isContainer, !isAtomic(node) { return }
        default: break
        }
        if owned == nil { problems.append("\(path): not ours") }
        guard isThere, let found else {
            if !Self.isEmpty(wanted) { problems.append("\(path): \(wanted.text) is not there") }
            return
        }
        if !Self.isSame(wanted, found, node) { problems.append("\(path): \(found.text) instead of \(wanted.text)") }
    }

    private func isAtomic(_ node: SchemaNode) -> Bool {
        switch node.resolved {
        case .structure(let structure): structure.isAtomic
        case .map(_, let isAtomic): isAtomic
        case .list(let list): list.kind == .atomic
        case .atomicUntyped, .scalar: true
        default: false
        }
    }

    private static func isEmpty(_ value: JSON) -> Bool {
        [.null, [:], [], "", 0, false, .double(0)].contains(value)
    }

    /// The same value as the server's type reads it; whole lists and maps to the letter, but for quantities and bytes.
    private static func isSame(_ wanted: JSON, _ found: JSON, _ node: SchemaNode) -> Bool {
        switch node.resolved {
        case .scalar(.bytes):
            // Line breaks in base64 text are nothing to the server.
            guard let one = wanted.string, let two = found.string else { return wanted == found }
            return one.utf8.filter { $0 > 0x20 } == two.utf8.filter { $0 > 0x20 }
        case .scalar(let scalar):
            guard let one = try? ScalarDecoder.decode(wanted, as: scalar, at: DecodePath(type: "", path: [])),
                let two = try? ScalarDecoder.decode(found, as: scalar, at: DecodePath(type: "", path: []))
            else { return wanted == found }
            return one == two
        case .list(let list):
            guard let left = wanted.array, let right = found.array, left.count == right.count
            else { return wanted == found }
            return zip(left, right).allSatisfy { isSame($0, $1, list.item) }
        case .map(let inner, _):
            guard let left = wanted.object, let right = found.object else { return wanted == found }
            return left.count == right.count
                && left.allSatisfy { member in right[member.key].map { isSame(member.value, $0, inner) } ?? false }
        case .structure(let structure):
            guard let left = wanted.object, let right = found.object else { return wanted == found }
            return left.count == right.count
                && left.allSatisfy { member in
                    guard let node = structure.fields[member.key]?.node, let other = right[member.key] else {
                        return false
                    }
                    return isSame(member.value, other, node)
                }
        default: return wanted == found
        }
    }

    /// Fields that we own, that are live, and that are no longer declared.
    private mutating func leftovers(_ owned: JSON, _ wanted: JSON?, _ found: JSON?, _ node: SchemaNode, at path: String)
    {
        guard let found else { return }
        guard let wanted else {
            problems.append("\(path): ours, and no longer declared")
            return
        }
        for member in owned.object ?? JSONObject() where member.key != "." {
            let rest = String(member.key.dropFirst(2))
            if member.key.hasPrefix("f:") {
                let inner = node.structure?.fields[rest]?.node ?? Self.element(node)
                leftovers(member.value, wanted[rest], found[rest], inner, at: "\(path).\(rest)")
            } else if case .list(let list) = node.resolved {
                func item(_ json: JSON) -> JSON? {
                    json.array?.first { name(of: $0, list).map { Self.isSameName($0, member.key) } == true }
                }
                leftovers(member.value, item(wanted), item(found), list.item, at: "\(path)[\(member.key)]")
            }
        }
    }

    private static func element(_ node: SchemaNode) -> SchemaNode {
        if case .map(let inner, _) = node.resolved { inner } else { .untyped }
    }
}
