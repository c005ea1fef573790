// SPDX-License-Identifier: Apache-2.0
import SyncPlan

extension FieldChange {
    /// What a person or another tool did to the field, and who: `.spec.replicas 2 -> 5 by kubectl-edit at 10:42`.
    ///
    /// The left value is what git wants, the right one what was found. Nil when nobody else owned the field. A hidden
    /// value is not shown at all.
    package var attribution: String? {
        guard let takenFrom else { return nil }
        guard before != nil || after != nil else { return "\(path) changed by \(takenFrom)" }
        return "\(path) \(after ?? "(none)") -> \(before ?? "(removed)") by \(takenFrom)"
    }
}

extension RunDetail {
    /// Who had changed what outside of git, one line per field, in the order of the objects.
    package var attributions: [String] {
        objects.flatMap { object in object.changes.compactMap(\.attribution).map { "\(object.id): \($0)" } }
    }
}
