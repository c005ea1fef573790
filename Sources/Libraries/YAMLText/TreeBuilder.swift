// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Builds one document's value out of its events, with its anchors, merge keys and limits.
///
/// Syntax errors and passed limits end it at once; what is wrong with a single node is collected, so that a person
/// sees all of it together.
struct TreeBuilder: ~Copyable {
    /// What an anchor stands for; `value` is nil while it is being built. Each has a number of its own, because the same
    /// name may be given again.
    private struct Anchor {
        let serial: Int
        var value: JSON?
        var nodes = 0
        var bytes = 0
        var height = 0
    }

    /// A node with what its parent must know of it.
    private struct Node {
        let json: JSON
        let line: Int
        let isAlias: Bool
    }

    /// At most this many problems of one document are collected.
    private static let maxProblems = 50

    private let reader: EventReader
    private let limits: YAMLLimits
    private let budget: ValueBudget?
    private let text: UnsafeBufferPointer<UInt8>
    private let firstLine: Int
    private var anchors: [String: Anchor] = [:]
    private var anchorCount = 0
    private var nodes = 0
    private var bytes = 0
    /// The deepest level reached since the innermost anchor began.
    private var deepest = 0
    /// Lines of the keys of all maps that are open, innermost last.
    private var keyLines: [Int] = []
    private var problems: [YAMLError] = []

    /// What a document says: its value with the line of its first node, nil when it has no node.
    typealias Value = (json: JSON, line: Int)?

    /// Builds the one document of `text`; all that is wrong with it comes together.
    static func document(
        _ text: UnsafeBufferPointer<UInt8>,
        firstLine: Int,
        limits: YAMLLimits,
        budget: ValueBudget?
    ) -> Result<Value, YAMLErrors> {
        do throws(YAMLError) {
            var builder = try TreeBuilder(text, firstLine: firstLine, limits: limits, budget: budget)
            do throws(YAMLError) {
                let value = try builder.document()
                return builder.problems.isEmpty ? .success(value) : .failure(YAMLErrors(errors: builder.problems))
            } catch {
                return .failure(YAMLErrors(errors: builder.problems + [error]))
            }
        } catch {
            return .failure(YAMLErrors(errors: [error]))
        }
    }

    private init(
        _ text: UnsafeBufferPointer<UInt8>,
        firstLine: Int,
        limits: YAMLLimits,
        budget: ValueBudget?
    ) throws(YAMLError) {
        self.budget = budget
        reader = try EventReader(text, firstLine: firstLine)
        self.text = text
        self.firstLine = firstLine
        self.limits = limits
    }

    private mutating func document() throws(YAMLError) -> Value {
        _ = try reader.next()
        let start = try reader.next()
        guard case .documentStart = start.kind else { return nil }
        let node = try node(try reader.next(), depth: 0)
        if let error = reader.directive(behind: try reader.next()) { throw error }
        let end = try reader.next()
        guard case .streamEnd = end.kind else {
            throw YAMLError(
                line: end.line,
                problem: "text behind the end of the document",
                remedy: "separate documents with a line '---', not with '...'"
            )
        }
        return (node.json, node.line)
    }

    private mutating func report(_ problem: String, _ remedy: String, at event: YAMLEvent) {
        report(problem, remedy, line: event.line, column: event.column)
    }

    private mutating func report(_ problem: String, _ remedy: String, line: Int, column: Int? = nil) {
        guard problems.count < Self.maxProblems else { return }
        problems.append(YAMLError(line: line, column: column, problem: problem, remedy: remedy))
    }

    private mutating func count(
        nodes moreNodes: Int,
        bytes moreBytes: Int,
        line: Int,
        isContainer: Bool = false
    ) throws(YAMLError) {
        nodes += moreNodes
        bytes += moreBytes
        guard nodes <= limits.maxNodes, bytes <= limits.maxExpandedBytes else {
            throw YAMLError(
                line: line,
                problem: "the document grows beyond \(limits.maxNodes) nodes or \(limits.maxExpandedBytes) bytes",
                remedy: "use fewer aliases, or split the document"
            )
        }
        // A short text lies in its node; a long one has a block of its own.
        let isSmall = moreNodes == 1 && moreBytes <= 15 && !isContainer
        let textBytes = isSmall ? 0 : moreBytes + 32 * moreNodes
        if let budget, !budget.take(nodes: moreNodes, textBytes: textBytes) { throw budget.error(line: line) }
    }

    private mutating func enter(depth: Int, line: Int) throws(YAMLError) {
        deepest = max(deepest, depth)
        guard depth <= limits.maxDepth else {
            throw YAMLError(
                line: line,
                problem: "nested deeper than \(limits.maxDepth) levels",
                remedy: "make the document flatter"
            )
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        guard let name = event.anchor else { return try content(event, depth: depth) }
        try pay(forAnchor: name, at: event)
        let outer = (deepest: deepest, nodes: nodes, bytes: bytes)
        deepest = depth
        anchorCount += 1
        let serial = anchorCount
        anchors[name] = Anchor(serial: serial)
        let node = try content(event, depth: depth)
        // An anchor counts from where its node begins, as in kubectl: one of the same name inside of it is the later one.
        if anchors[name]?.serial == serial {
            anchors[name] = Anchor(
                serial: serial,
                value: node.json,
                nodes: nodes - outer.nodes,
                bytes: bytes - outer.bytes,
                height: deepest - depth
            )
        }
        deepest = max(deepest, outer.deepest)
        return node
    }

    /// Counts an anchor's name that is new: it is kept to the end of the document.
    private func pay(forAnchor name: String, at event: YAMLEvent) throws(YAMLError) {
        func refused(_ problem: String, _ remedy: String) -> YAMLError {
            YAMLError(line: event.line, column: event.column, problem: problem, remedy: remedy)
        }
        guard name.utf8.count <= limits.maxAnchorBytes else {
            throw refused("an anchor with a name of more than \(limits.maxAnchorBytes) bytes", "choose a shorter name")
        }
        guard anchors[name] == nil else { return }
        guard anchors.count < limits.maxAnchors else {
            throw refused("more than \(limits.maxAnchors) anchors in one document", "split the document")
        }
        if let budget, !budget.take(anchor: name) { throw budget.error(line: event.line) }
    }

    private mutating func content(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Node {
        if let tag = event.foreignTag {
            report(ScalarResolver.unknownTag(tag), ScalarResolver.tagRemedy, at: event)
        }
        switch event.kind {
        case .scalar(let scalar, let size, _):
            try count(nodes: 1, bytes: size, line: event.line)
            return Node(json: value(scalar, at: event), line: event.line, isAlias: false)
        case .listStart:
            try count(nodes: 1, bytes: 0, line: event.line, isContainer: true)
            try enter(depth: depth + 1, line: event.line)
            return Node(json: try list(depth: depth + 1), line: event.line, isAlias: false)
        case .mapStart:
            try count(nodes: 1, bytes: 0, line: event.line, isContainer: true)
            try enter(depth: depth + 1, line: event.line)
            return Node(json: try map(depth: depth + 1), line: event.line, isAlias: false)
        case .alias(let name):
            return Node(json: try alias(name, event, depth: depth), line: event.line, isAlias: true)
        default:
            throw YAMLError(
                line: event.line,
                column: event.column,
                problem: "expected a value",
                remedy: "correct the YAML"
            )
        }
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent, depth: Int) throws(YAMLError) -> JSON {
        guard let anchor = anchors[name] else {
            let remedy =
                "define the anchor above it in the same document, or put a value that starts with '*' in quotes"
            report("an alias ('*…') without its anchor", remedy, at: event)
            return .null
        }
        guard let value = anchor.value else {
            report("an alias inside of its own anchor", "write the value out", at: event)
            return .null
        }
        try count(nodes: anchor.nodes, bytes: anchor.bytes, line: event.line)
        try enter(depth: depth + anchor.height, line: event.line)
        return value
    }

    private mutating func value(_ scalar: ResolvedScalar, at event: YAMLEvent) -> JSON {
        if let json = scalar.json { return json }
        if case .refused(let problem, let remedy) = scalar {
            report(problem, remedy, at: event)
        } else {
            report("an infinite number or NaN, which JSON does not have", "put it in quotes if it is text", at: event)
        }
        return .null
    }

    private mutating func list(depth: Int) throws(YAMLError) -> JSON {
        var elements: [JSON] = []
        while true {
            let event = try reader.next()
            if case .collectionEnd = event.kind { return .array(elements) }
            elements.append(try node(event, depth: depth).json)
        }
    }
}

// MARK: - Maps

extension TreeBuilder {
    /// The maps that one `<<` brings in.
    private struct Merge {
        let maps: [JSONObject]
        /// How many keys stand above the `<<`.
        let position: Int
        let line: Int
    }

    private mutating func map(depth: Int) throws(YAMLError) -> JSON {
        var members: [JSONObject.Member] = []
        var merges: [Merge] = []
        let firstKey = keyLines.count
        defer { keyLines.removeLast(keyLines.count - firstKey) }
        while true {
            let event = try reader.next()
            if case .collectionEnd = event.kind { break }
            if case .scalar(_, _, isMerge: true) = event.kind {
                let merge = try merge(event, position: members.count, depth: depth)
                if merges.isEmpty {
                    merges.append(merge)
                } else {
                    report("the key << stands twice in one map", "write one << with a list", at: event)
                }
                continue
            }
            let key = try key(event, depth: depth)
            let value = try node(try reader.next(), depth: depth)
            guard let key else { continue }
            members.append(JSONObject.Member(key: key, value: value.json))
            keyLines.append(event.line)
        }
        var object = JSONObject(members)
        if object.count != members.count { reportDuplicates(members, firstKey: firstKey) }
        if !merges.isEmpty { apply(merges, to: &object, written: members) }
        return .object(object)
    }

    /// The text of a key; nil, with a problem reported, for what kubectl does not take as one.
    private mutating func key(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> String? {
        if case .scalar(let scalar, let size, _) = event.kind, event.anchor == nil {
            try count(nodes: 1, bytes: size, line: event.line)
            if let key = scalar.key { return key }
            if case .refused(let problem, let remedy) = scalar {
                report(problem, remedy, at: event)
            } else {
                report("a key that is null or too large a number", "put the key in quotes", at: event)
            }
            return nil
        }
        let node = try node(event, depth: depth)
        switch node.json {
        case .string(let text): return text
        case .int(let value): return String(value)
        case .bool(let value): return value ? "true" : "false"
        case .double(let value): return ResolvedScalar.keyText(value)
        case .null: report("a key that is null", "put the key in quotes", at: event)
        // The advice reads the text up to here, so it is not made for errors that are not listed.
        case _ where problems.count >= Self.maxProblems: break
        case .array, .object:
            let advice = SyntaxAdvice(text: text, line: event.line - firstLine)
            let remedy = advice.isTemplate ? SyntaxAdvice.templateRemedy : "use text as the key"
            report("a key that is a \(node.json.typeName)", remedy, at: event)
        }
        return nil
    }

    private mutating func merge(_ key: YAMLEvent, position: Int, depth: Int) throws(YAMLError) -> Merge {
        try count(nodes: 1, bytes: 2, line: key.line)
        if key.anchor != nil { report("an anchor on the key <<", "remove the anchor", at: key) }
        let node = try node(try reader.next(), depth: depth)
        var maps: [JSONObject] = []
        switch node.json {
        case .object(let map): maps = [map]
        case .array(let elements) where !node.isAlias && elements.allSatisfy({ $0.object != nil }):
            maps = elements.compactMap(\.object)
        default: report("<< needs a map or a list of maps", "name an anchor of a map", at: key)
        }
        return Merge(maps: maps, position: position, line: key.line)
    }

    /// Adds merged members: a key of the map itself wins, then the earlier map of a list. kubectl's reader lets `<<`
    /// overwrite the keys above it, against the YAML specification; where that would matter it is refused.
    private mutating func apply(_ merges: [Merge], to object: inout JSONObject, written: [JSONObject.Member]) {
        let own = object
        var added: [JSONObject.Member] = []
        defer { object = JSONObject(added.reversed() + own.members) }
        for merge in merges {
            let above = merge.position == 0 ? JSONObject() : JSONObject(Array(written.prefix(merge.position)))
            let below = JSONObject(Array(written.dropFirst(merge.position)))
            for member in merge.maps.joined() {
                if own[member.key] == nil {
                    added.append(member)
                } else if below[member.key] == nil, let value = above[member.key], value != member.value {
                    report(
                        "<< below the key '\(member.key.shownAsKey)' gives it another value: readers differ in which one counts",
                        "write << as the first key of the map",
                        line: merge.line
                    )
                }
            }
        }
    }

    private mutating func reportDuplicates(_ members: [JSONObject.Member], firstKey: Int) {
        // By the bytes of the key: two spellings of the same letters are two keys.
        var firstLines: [JSON: Int] = [:]
        for (index, member) in members.enumerated() {
            let line = keyLines[firstKey + index]
            if let first = firstLines[.string(member.key)] {
                report(
                    "the key '\(member.key.shownAsKey)' stands twice in one map, first on line \(first)",
                    "remove one of the two",
                    line: line
                )
            } else {
                firstLines[.string(member.key)] = line
            }
        }
    }
}
