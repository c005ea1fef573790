// SPDX-License-Identifier: Apache-2.0
import PlainText

/// Why a JSON value is no Kubernetes object.
package struct KubeObjectError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with a field; never holds the value itself.
    package enum Problem: Sendable, Hashable, CustomStringConvertible {
        /// The whole value is no map.
        case noObject
        /// The field is absent, or null.
        case missing
        /// The field is absent, null, or no map.
        case missingMap
        case empty
        /// A value of this type (``JSON/typeName``) stands where a text belongs.
        case noText(found: String)
        /// A value of this type stands where a map belongs.
        case noMap(found: String)

        /// Whether there is nothing, so that adding the field is the remedy.
        package var isAbsence: Bool {
            switch self {
            case .missing, .missingMap, .empty: true
            case .noObject, .noText, .noMap: false
            }
        }

        /// One line, to be read behind the field's path.
        package var description: String {
            switch self {
            case .noObject: "expected a map with apiVersion, kind and metadata"
            case .missing: "is missing"
            case .missingMap: "is missing or no map"
            case .empty: "is empty"
            case .noText(let type): "expected text, found a \(type); put the value in quotes"
            case .noMap(let type): "expected a map, found a \(type)"
            }
        }
    }

    /// The offending field, key by key from the outside: `metadata`, `name`; empty for the value as a whole.
    package let keys: [String]
    package let problem: Problem

    package init(_ keys: [String], _ problem: Problem) {
        self.keys = keys
        self.problem = problem
    }

    /// The field as people read it: `metadata.name`; `.` for the value as a whole.
    package var path: String { keys.isEmpty ? "." : keys.map(\.shownAsKey).joined(separator: ".") }

    package var description: String { "\(path): \(problem)" }
}
