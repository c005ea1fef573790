// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Fields that an apply would change although others own them.
struct FieldConflicts {
    private struct Conflict {
        /// The owner as messages name it.
        let owner: String
        let path: String
        let elements: [FieldPathElement]
    }

    private var conflicts: [Conflict]

    init(managers: FieldManagers, except writer: FieldManagers.Key, changed: FieldSet) {
        conflicts = []
        for (key, entry) in managers.entries.sorted(by: { $0.key < $1.key }) where key != writer {
            let owner = FieldConflicts.name(key, time: entry.time)
            for elements in entry.fields.intersection(changed).pathsByLevel {
                conflicts.append(Conflict(owner: owner, path: elements.display, elements: elements))
            }
        }
    }

    /// Without conflicts on these fields. All go only together: one that stays keeps only those outside of the set.
    func subtracting(_ fields: FieldSet) -> FieldConflicts {
        var result = self
        result.conflicts.removeAll { fields.contains($0.elements) }
        return result
    }

    var isEmpty: Bool { conflicts.isEmpty }

    /// `"kubectl" using apps/v1 at 2026-01-02T03:04:05Z`; an applier is named alone.
    private static func name(_ key: FieldManagers.Key, time: String) -> String {
        var text = JSON.string(key.manager).text
        if !key.subresource.isEmpty { text += " with subresource \(JSON.string(key.subresource).text)" }
        return key.operation == .update ? "\(text) using \(key.apiVersion)" : text
    }

    /// The 409 answer.
    var refusal: RequestRefusal {
        let causes = conflicts.map {
            RequestRefusal.Cause(
                reason: "FieldManagerConflict",
                message: "conflict with \($0.owner)",
                field: $0.path
            )
        }
        return RequestRefusal(.conflict, message, causes: causes)
    }

    private var message: String {
        if let only = conflicts.first, conflicts.count == 1 {
            return "Apply failed with 1 conflict: conflict with \(only.owner): \(only.path)"
        }
        var lines: [String] = []
        for owner in Set(conflicts.map(\.owner)).sorted(by: { $0.precedesInByteOrder($1) }) {
            lines.append("conflicts with \(owner):")
            lines += conflicts.filter { $0.owner == owner }.map { "- \($0.path)" }
        }
        return "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))"
    }
}
