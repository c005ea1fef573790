// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// The part of Kubernetes' JSONPath that printer columns use: members, indices, `*` and `[?(@.key=="value")]`.
package struct JSONPathExpression: Sendable, Hashable {
    private enum Step: Sendable, Hashable {
        case member(String)
        case index(Int)
        case all
        /// Elements whose value at the path equals (or differs from) a text.
        case filter(path: [String], value: String, isEqual: Bool)
    }

    private let steps: [Step]

    /// Reads `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`, `.metadata.labels['a\.b']`; nil when the
    /// text uses anything else.
    package init?(_ text: String) {
        var reader = Reader(text)
        guard let steps = reader.steps() else { return nil }
        self.steps = steps
    }

    /// Every value at the path, in document order; empty when there is none.
    package func values(in json: JSON) -> [JSON] {
        steps.reduce([json]) { values, step in values.flatMap { JSONPathExpression.take(step, of: $0) } }
    }

    private static func take(_ step: Step, of value: JSON) -> [JSON] {
        switch step {
        case .member(let key): return value[key].map { [$0] } ?? []
        case .index(let index):
            guard let elements = value.array else { return [] }
            let place = index < 0 ? elements.count + index : index
            return elements.indices.contains(place) ? [elements[place]] : []
        case .all: return value.array ?? value.object?.map(\.value) ?? []
        case .filter(let path, let wanted, let isEqual):
            return (value.array ?? []).filter { ($0[path]?.scalarText == wanted) == isEqual }
        }
    }

    /// Reads an expression from its text.
    private struct Reader {
        private var rest: Substring

        init(_ text: String) {
            var body = Substring(text)
            if body.hasPrefix("{"), body.hasSuffix("}") { body = body.dropFirst().dropLast() }
            if body.hasPrefix("$") { body = body.dropFirst() }
            rest = body
        }

        mutating func steps() -> [Step]? {
            var found: [Step] = []
            if let first = rest.first, first != ".", first != "[" { return nil }
            while let next = rest.first {
                rest = rest.dropFirst()
                switch next {
                case ".":
                    if rest.isEmpty || rest.first == "[" { continue }
                    guard let name = memberName() else { return nil }
                    found.append(name == "*" ? .all : .member(name))
                case "[":
                    guard let end = closingBracket(), let step = bracketStep(rest[..<end]) else { return nil }
                    rest = rest[rest.index(after: end)...]
                    found.append(step)
                default: return nil
                }
            }
            return found
        }

        /// A name up to the next unescaped `.` or `[`; a backslash takes the next character as it is.
        private mutating func memberName() -> String? {
            var name = ""
            while let next = rest.first, next != ".", next != "[" {
                rest = rest.dropFirst()
                guard next == "\\" else {
                    name.append(next)
                    continue
                }
                guard let escaped = rest.popFirst() else { return nil }
                name.append(escaped)
            }
            return name.isEmpty ? nil : name
        }

        private func closingBracket() -> Substring.Index? {
            var quote: Character?
            for index in rest.indices {
                let next = rest[index]
                if let open = quote {
                    if next == open { quote = nil }
                } else if next == "'" || next == "\"" {
                    quote = next
                } else if next == "]" {
                    return index
                }
            }
            return nil
        }

        private func bracketStep(_ body: Substring) -> Step? {
            if body == "*" { return .all }
            if let index = Int(body) { return .index(index) }
            if let key = unquoted(body) { return .member(key) }
            guard body.hasPrefix("?("), body.hasSuffix(")") else { return nil }
            return filter(body.dropFirst(2).dropLast())
        }

        private func filter(_ body: Substring) -> Step? {
            for (sign, isEqual) in [("==", true), ("!=", false)] {
                let sides = body.split(separator: sign, maxSplits: 1)
                guard sides.count == 2 else { continue }
                let left = trimmed(sides[0])
                let right = trimmed(sides[1])
                guard left.hasPrefix("@.") else { return nil }
                let path = left.dropFirst(2).split(separator: ".").map(String.init)
                return .filter(path: path, value: unquoted(right) ?? String(right), isEqual: isEqual)
            }
            return nil
        }

        private func trimmed(_ text: Substring) -> Substring {
            let head = text.drop { $0 == " " }
            return head.prefix(head.count - head.reversed().prefix { $0 == " " }.count)
        }

        /// The text between quotes, with backslashes before dots taken away; nil without quotes.
        private func unquoted(_ text: Substring) -> String? {
            guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"", text.last == quote
            else { return nil }
            return String(text.dropFirst().dropLast().replacing("\\.", with: "."))
        }
    }
}
