// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A `metav1.LabelSelector` (`matchLabels` and `matchExpressions`), or the plain map of a Service.
package struct PodSelector: Sendable, Hashable {
    private enum Requirement: Sendable, Hashable {
        case equals(String)
        case isIn([String])
        case isNotIn([String])
        case exists
        case doesNotExist
        /// An operator that the server does not know; matches nothing.
        case unknown
    }

    private let requirements: [(key: String, requirement: Requirement)]
    /// Whether there was a selector at all: none selects nothing, an empty one everything.
    private let isPresent: Bool

    /// Reads `matchLabels` and `matchExpressions`; nil selects nothing.
    package init(_ selector: JSON?) {
        var found: [(key: String, requirement: Requirement)] = []
        for member in selector?["matchLabels"]?.object ?? JSONObject() {
            found.append((member.key, .equals(member.value.string ?? "")))
        }
        for expression in selector?["matchExpressions"]?.array ?? [] {
            let values = (expression["values"]?.array ?? []).compactMap(\.string).sorted()
            let requirement: Requirement =
                switch expression["operator"]?.string {
                case "In": .isIn(values)
                case "NotIn": .isNotIn(values)
                case "Exists": .exists
                case "DoesNotExist": .doesNotExist
                default: .unknown
                }
            found.append((expression["key"]?.string ?? "", requirement))
        }
        requirements = found.sorted { $0.key.precedesInByteOrder($1.key) }
        isPresent = selector != nil
    }

    /// A selector of exact labels, as a Service has it; an absent or empty map selects nothing.
    package init(labels: JSON?) {
        let members = labels?.object ?? JSONObject()
        requirements = members.map { ($0.key, .equals($0.value.string ?? "")) }
        isPresent = !members.isEmpty
    }

    /// Whether an object with these labels is selected.
    package func matches(_ labels: JSONObject) -> Bool {
        isPresent && requirements.allSatisfy { PodSelector.holds($0.requirement, labels[$0.key]?.string) }
    }

    /// The selector as `labels.Selector` prints it: `app=web,tier in (a,b),!old`; empty when there is no requirement.
    package var text: String {
        requirements.map { key, requirement in
            switch requirement {
            case .equals(let value): "\(key)=\(value)"
            case .isIn(let values): "\(key) in (\(values.joined(separator: ",")))"
            case .isNotIn(let values): "\(key) notin (\(values.joined(separator: ",")))"
            case .exists: key
            case .doesNotExist: "!\(key)"
            case .unknown: "<error>"
            }
        }.joined(separator: ",")
    }

    private static func holds(_ requirement: Requirement, _ value: String?) -> Bool {
        switch requirement {
        case .equals(let wanted): value == wanted
        case .isIn(let values): value.map(values.contains) ?? false
        case .isNotIn(let values): !(value.map(values.contains) ?? false)
        case .exists: value != nil
        case .doesNotExist: value == nil
        case .unknown: false
        }
    }

    /// Whether both are the same selector, by their text.
    package static func == (left: PodSelector, right: PodSelector) -> Bool {
        left.isPresent == right.isPresent && left.text == right.text
    }

    /// Hashes the text.
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
