// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects

/// The `labelSelector` of a request: all of its requirements must hold.
struct LabelQuery: Sendable, Hashable {
    /// One requirement on one label.
    enum Requirement: Sendable, Hashable {
        case isIn(String, Set<String>)
        case notIn(String, Set<String>)
        case exists(String)
        case absent(String)
        case greater(String, Int64)
        case less(String, Int64)
    }

    var requirements: [Requirement] = []

    /// Selects all objects.
    static let everything = LabelQuery(requirements: [])

    init(requirements: [Requirement]) { self.requirements = requirements }

    /// Reads the text form: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`.
    ///
    /// - Throws: 400 with the API server's text when it cannot be read.
    init(_ text: String) throws(StatusError) {
        var parser = LabelQueryParser(text)
        requirements = try parser.parse()
    }

    /// Whether it selects everything.
    var isEverything: Bool { requirements.isEmpty }

    /// Whether the object's labels fulfil all requirements.
    func matches(_ object: KubeObject) -> Bool {
        requirements.isEmpty || matches(labels: object.json["metadata"]?["labels"])
    }

    /// Whether these labels (an object, or nil for none) fulfil all requirements.
    func matches(labels: JSON?) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .isIn(let key, let values): labels?[key]?.string.map(values.contains) ?? false
            case .notIn(let key, let values): !(labels?[key]?.string.map(values.contains) ?? false)
            case .exists(let key): labels?[key] != nil
            case .absent(let key): labels?[key] == nil
            case .greater(let key, let bound): labels?[key]?.string.flatMap { Int64($0) }.map { $0 > bound } ?? false
            case .less(let key, let bound): labels?[key]?.string.flatMap { Int64($0) }.map { $0 < bound } ?? false
            }
        }
    }
}

/// Reads the text form of a label selector.
private struct LabelQueryParser {
    private var tokens: [String]
    private var position = 0

    init(_ text: String) {
        tokens = []
        var rest = Substring(text)
        let symbols: Set<Character> = ["=", "!", "(", ")", ",", ">", "<"]
        while let first = rest.first {
            if first.isWhitespace {
                rest = rest.dropFirst()
            } else if let double = ["==", "!="].first(where: rest.hasPrefix) {
                tokens.append(double)
                rest = rest.dropFirst(2)
            } else if symbols.contains(first) {
                tokens.append(String(first))
                rest = rest.dropFirst()
            } else {
                let word = rest.prefix { !symbols.contains($0) && !$0.isWhitespace }
                tokens.append(String(word))
                rest = rest.dropFirst(word.count)
            }
        }
    }

    private var next: String { position < tokens.count ? tokens[position] : "" }

    mutating func parse() throws(StatusError) -> [LabelQuery.Requirement] {
        var result: [LabelQuery.Requirement] = []
        guard !tokens.isEmpty else { return [] }
        while true {
            guard next == "!" || LabelQueryParser.isWord(next) else {
                throw .badRequest("found '\(next)', expected: !, identifier, or 'end of string'")
            }
            result.append(try requirement())
            if position >= tokens.count { return result }
            guard next == "," else { throw .badRequest("found '\(next)', expected: ',' or 'end of string'") }
            position += 1
            guard next == "!" || LabelQueryParser.isWord(next) else {
                throw .badRequest("found '\(next)', expected: identifier after ','")
            }
        }
    }

    private mutating func requirement() throws(StatusError) -> LabelQuery.Requirement {
        if next == "!" {
            position += 1
            return .absent(try word())
        }
        let key = try word()
        let symbol = next
        switch symbol {
        case "", ",": return .exists(key)
        case "in", "notin":
            position += 1
            let values = try valueList()
            return symbol == "in" ? .isIn(key, values) : .notIn(key, values)
        case "=", "==", "!=":
            position += 1
            let value = LabelQueryParser.isWord(next) ? try word() : ""
            return symbol == "!=" ? .notIn(key, [value]) : .isIn(key, [value])
        case ">", "<":
            position += 1
            guard let bound = Int64(next) else {
                throw unreadable(
                    "values: Invalid value: \(StatusError.quoted(next)): for 'Gt', 'Lt' operators, the value must be an integer"
                )
            }
            position += 1
            return symbol == ">" ? .greater(key, bound) : .less(key, bound)
        default:
            throw unreadable("found '\(symbol)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func valueList() throws(StatusError) -> Set<String> {
        guard next == "(" else { throw unreadable("found '\(next)' expected: '('") }
        position += 1
        var values: Set<String> = []
        while true {
            if LabelQueryParser.isWord(next) { values.insert(try word()) } else { values.insert("") }
            switch next {
            case ",": position += 1
            case ")":
                position += 1
                return values
            default: throw unreadable("found '\(next)', expected: ',' or ')'")
            }
        }
    }

    private mutating func word() throws(StatusError) -> String {
        guard LabelQueryParser.isWord(next) else { throw unreadable("found '\(next)', expected: identifier") }
        defer { position += 1 }
        return next
    }

    private static func isWord(_ token: String) -> Bool {
        guard let first = token.first else { return false }
        return !"=!(),<>".contains(first)
    }

    private func unreadable(_ problem: String) -> StatusError { .badRequest("unable to parse requirement: \(problem)") }
}
