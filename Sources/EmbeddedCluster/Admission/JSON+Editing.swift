// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Small edits of an object in place. Setting through these never turns a scalar into a map.
extension JSON {
    /// Sets a member that is absent or null.
    mutating func fill(_ key: String, _ value: JSON) {
        guard object != nil, self[key]?.isNull ?? true else { return }
        self[key] = value
    }

    /// Edits a member that is there.
    mutating func edit(_ key: String, _ change: (inout JSON) -> Void) {
        guard var value = self[key], !value.isNull else { return }
        change(&value)
        self[key] = value
    }

    /// Edits every item of a list that is there.
    mutating func editItems(_ key: String, _ change: (inout JSON) -> Void) {
        guard case .array(var items)? = self[key] else { return }
        for index in items.indices { change(&items[index]) }
        self[key] = .array(items)
    }

    /// The items of a list member; none when it is absent.
    func items(_ key: String) -> [JSON] { self[key]?.array ?? [] }

    /// The text at a path; empty when it is absent.
    func text(_ path: String...) -> String { self[path]?.string ?? "" }

    /// Whether the member is there and neither null nor an empty map, list or text.
    func has(_ key: String) -> Bool {
        switch self[key] {
        case nil, .null: false
        case .string(let text)?: !text.isEmpty
        case .array(let items)?: !items.isEmpty
        case .object(let members)?: !members.isEmpty
        default: true
        }
    }
}
