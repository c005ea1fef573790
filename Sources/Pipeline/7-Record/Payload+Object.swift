// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply

extension Payload.ObjectRow {
    /// Masks an outcome: values of Secrets, and everything the redactor knows.
    init(_ outcome: ObjectOutcome, by redactor: Redactor) {
        let isSecret = outcome.id.groupKind.isSecret
        let secrets: Redactor? = isSecret ? Redactor() : nil
        secrets?.allow(names: outcome.id.names)
        for object in [outcome.before, outcome.after] {
            if let object { secrets?.register(secretObject: object) }
        }
        apiVersion = outcome.apiVersion
        action = outcome.action
        error = outcome.error.map { redactor.line($0, hiding: secrets) }
        isRetryable = outcome.isRetryable
        origin = outcome.origin
        changes = outcome.changes.map { RedactedChange($0, isSecret: isSecret, hiding: secrets, by: redactor) }
        diff = Self.hasComparison(outcome) ? DiffText(before: outcome.before, after: outcome.after, by: redactor) : nil
        warnings = outcome.warnings.map { redactor.line($0, hiding: secrets) }
        durationMilliseconds = outcome.duration.wholeMilliseconds
    }

    /// Whether both states are known: an object that was not written, or of which nobody knows what became, is nil
    /// afterwards, and only a deletion leaves nothing.
    private static func hasComparison(_ outcome: ObjectOutcome) -> Bool {
        outcome.action == .pruned || outcome.after != nil
    }

    /// The row as it is shown. Rows of older versions have a deletion as the difference of an object that was not written.
    func recorded(_ id: ObjectID) -> RecordedObject {
        RecordedObject(
            id: id,
            apiVersion: apiVersion,
            action: action,
            error: error?.text,
            isRetryable: isRetryable,
            origin: origin,
            changes: changes.map(\.change),
            diff: action != .pruned && diff?.endsInNothing == true ? nil : diff,
            warnings: warnings.map(\.text),
            durationMilliseconds: durationMilliseconds
        )
    }
}
