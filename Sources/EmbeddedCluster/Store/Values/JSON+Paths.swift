// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension JSON {
    /// The text at a path of keys; nil when absent or no text.
    package func string(at path: String...) -> String? { self[path]?.string }

    /// The integer at a path of keys; nil when absent or no integer.
    package func int(at path: String...) -> Int64? { self[path]?.int }

    /// The elements of the list at a path of keys; empty when absent.
    package func items(at path: String...) -> [JSON] { self[path]?.array ?? [] }

    /// The members of the map at a path of keys; empty when absent.
    package func members(at path: String...) -> JSONObject { self[path]?.object ?? JSONObject() }

    /// An integer or a text as kubectl prints it; nil for anything else.
    package var scalarText: String? {
        switch self {
        case .string(let text): text
        case .int(let value): String(value)
        case .double(let value): JSON.numberText(value)
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// The entry of a condition list with this type, or nil.
    package func condition(_ type: String) -> JSON? {
        items(at: "status", "conditions").first { $0["type"]?.string == type }
    }

    /// Whether the condition of this type is `True`.
    package func hasCondition(_ type: String) -> Bool { condition(type)?["status"]?.string == "True" }

    /// Whether an annotation marks the object as its kind's default.
    package func isMarkedDefault(_ annotation: String) -> Bool {
        string(at: "metadata", "annotations", annotation) == "true"
    }
}
