// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// A field change that has passed the redactor: the only kind that is stored. What is hidden in its values was masked
/// when the change was made; here the secrets that this process knows are masked.
struct RedactedChange: Codable, Sendable, Hashable {
    let path: RedactedText
    let before: RedactedText?
    let after: RedactedText?
    let takenFrom: RedactedText?
    /// As in ``FieldChange``; absent in rows of older versions.
    let keepsValue: Bool?

    /// Masks a change; values of a Secret's data, of telling names and of the last-applied annotation are left
    /// out.
    init(_ change: FieldChange, isSecret: Bool, hiding secrets: Redactor?, by redactor: Redactor) {
        let isHidden = SecretField.isHidden(path: change.path, isSecret: isSecret)
        path = redactor.row(path: change.path)
        func shown(_ value: String?) -> RedactedText? {
            guard let value, !isHidden else { return nil }
            return redactor.row(value, hiding: secrets, as: .document)
        }
        before = shown(change.before)
        after = shown(change.after)?.keepingMark(of: change.after ?? "")
        takenFrom = change.takenFrom.map { redactor.row($0, hiding: secrets) }
        keepsValue = change.keepsValue
    }

    /// What may be shown of the change.
    var change: FieldChange {
        FieldChange(
            path: path.text,
            before: before?.text,
            after: after?.text,
            takenFrom: takenFrom?.text,
            keepsValue: keepsValue
        )
    }
}

extension FieldChange {
    /// The change as it may be printed: values of Secrets, of telling names and of known secrets are masked.
    ///
    /// - Parameters:
    ///   - id: The object that changes.
    ///   - redactor: Knows the secrets.
    /// - Returns: The same change with what is secret left out.
    package func redacted(of id: ObjectID, by redactor: Redactor) -> FieldChange {
        let isSecret = id.groupKind.isSecret
        return RedactedChange(self, isSecret: isSecret, hiding: nil, by: redactor).change
    }
}
