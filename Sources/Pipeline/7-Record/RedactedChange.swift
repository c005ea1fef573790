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
        let isHidden =
            SecretField.isHidden(path: change.outerPath ?? change.path, isSecret: isSecret)
            && !change.isSwitch(ofSecret: isSecret)
        path = redactor.row(path: change.path)
        func shown(_ value: String?) -> RedactedText? {
            guard let value, !isHidden else { return nil }
            return redactor.row(value, hiding: secrets, as: .document)
        }
        let (old, new) = (shown(change.before), shown(change.after))
        before = old
        // What differs may be masked on both sides.
        let isChanged = old == new && change.before != change.after
        after = new?.keepingMark(of: isChanged ? Redactor.changedMark : change.after ?? "")
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
    /// Whether the values are booleans: those are not secret whatever they are called, but for what is in a Secret.
    fileprivate func isSwitch(ofSecret isSecret: Bool) -> Bool {
        let isBoolean = [before, after].compactMap { $0 }.allSatisfy { ["true", "false", "null"].contains($0) }
        return isBoolean && (!isSecret || path == ".immutable")
    }

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
