// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One field of a table's notation, taken apart; see ``SchemaTable``.
struct SchemaFieldNotation {
    let name: String
    /// `[]` and `{}` in order, outermost first.
    private(set) var wrappers: [Wrapper] = []
    /// The scalar's or type's name.
    private(set) var base: Substring = ""
    private(set) var isPointer = false
    private(set) var isAlways = false
    private(set) var listKind = SchemaList.Kind.atomic
    private(set) var isAtomicMap = false
    private(set) var isGranular = false
    private(set) var patchMergeKey: String?
    private(set) var retainsKeys = false
    private(set) var keyDefault: JSON?

    enum Wrapper { case list, map }

    init(_ text: Substring) {
        let space = text.firstIndex(of: " ") ?? text.endIndex
        name = String(text[..<space])
        var rest = text[space...].drop { $0 == " " }
        while rest.hasPrefix("[]") || rest.hasPrefix("{}") {
            wrappers.append(rest.hasPrefix("[]") ? .list : .map)
            rest = rest.dropFirst(2)
        }
        base = rest.prefix { $0.isLetter || $0.isNumber }
        rest = rest.dropFirst(base.count)
        var givenPatchKey: String?
        while let mark = rest.first {
            rest = rest.dropFirst()
            let word = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "+" || $0 == "-" })
            if "@~=".contains(mark) { rest = rest.dropFirst(word.count) }
            switch mark {
            case "?": isPointer = true
            case "!": isAlways = true
            case "%": isAtomicMap = true
            case "^": isGranular = true
            case "@" where word == "set": listKind = .set
            case "@": listKind = .map(keys: word.split(separator: "+").map(String.init))
            case "~" where word == "retain": retainsKeys = true
            case "~": givenPatchKey = word
            case "=": keyDefault = .string(word)
            default: assertionFailure("unknown mark in the schema table: \(text)")
            }
        }
        patchMergeKey = SchemaFieldNotation.patchKey(given: givenPatchKey, kind: listKind)
    }

    private static func patchKey(given: String?, kind: SchemaList.Kind) -> String? {
        if let given { return given == "-" ? nil : given }
        return switch kind {
        case .atomic: nil
        case .set: ""
        case .map(let keys): keys.first
        }
    }

    /// What a typed server writes for the field's zero value. A structure that is no pointer is never left out.
    var presence: SchemaField.Presence {
        if isAlways { return .always }
        if isPointer { return .omittedWhenAbsent }
        return .omittedWhenEmpty
    }

    /// The merge schema around the base type's schema.
    func node(around base: SchemaNode) -> SchemaNode {
        var node = base
        for (depth, wrapper) in wrappers.enumerated().reversed() {
            switch wrapper {
            case .map: node = .map(node, isAtomic: isAtomicMap)
            case .list where depth == 0:
                node = .list(SchemaList(kind: listKind, item: node, patchMergeKey: patchMergeKey))
            case .list: node = .list(SchemaList(kind: .atomic, item: node))
            }
        }
        return node
    }
}
