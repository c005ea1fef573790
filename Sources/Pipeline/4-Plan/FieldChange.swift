// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One field that will change, for display: what is secret is masked, long values are cut, and values of Secrets are
/// left out. Nothing is decided by it.
package struct FieldChange: Sendable, Hashable, Codable {
    /// The most changes that are listed for one object.
    package static let maxListed = 100
    /// Longer values are cut, in letters.
    private static let maxLength = 200

    /// As the API server prints paths: `.spec.replicas`, `.spec.containers[name="web"].image`.
    package let path: String
    /// Compact JSON of the live value, with masks; nil when the field is absent there, or hidden whole.
    package let before: String?
    /// Compact JSON of the wanted value, with masks; nil when the field is removed, or hidden whole; `null` only
    /// where a field that was absent is declared so.
    package let after: String?
    /// The field manager whose value is overwritten, and when it wrote it; nil when no other manager owned the field.
    package let takenFrom: String?

    /// A change whose values are known not to be secret, such as the images of a rollout.
    package init(path: String, before: String?, after: String?, takenFrom: String?) {
        self.path = path
        self.before = before
        self.after = after
        self.takenFrom = takenFrom
    }

    /// What may be shown of a difference: masked as values, before they become text and are cut.
    ///
    /// - Parameters:
    ///   - difference: With its whole values.
    ///   - kind: The kind of the object in which it is.
    package init(_ difference: FieldDifference, of kind: GroupKind) {
        let shown = ShownDifference(difference, of: kind)
        // A null is left out, except where the field was absent before: then it is the only change.
        let isNull = difference.after?.isNull == true && difference.before == nil
        self.init(
            path: shown.path,
            before: shown.before.flatMap(FieldChange.text),
            after: isNull ? "null" : shown.after.flatMap(FieldChange.text),
            takenFrom: difference.owner?.description
        )
    }

    /// What is listed of the differences of one object, in their order.
    package static func list(_ differences: [FieldDifference], of kind: GroupKind) -> [FieldChange] {
        differences.prefix(maxListed).map { FieldChange($0, of: kind) }
    }

    /// `was set by kubectl (scale) at 2026-11-23T10:42:00Z`; nil when no other manager owned the field.
    package var setter: String? { takenFrom.map { "was set by \($0)" } }

    /// `before → after`. Where neither may be shown, the text only says that there is a change.
    package var arrow: String {
        if before == nil, after == nil { return Redactor.changedMask }
        return "\(before ?? "–") → \(after ?? "–")"
    }

    private static func text(_ value: JSON) -> String? {
        guard !value.isNull else { return nil }
        let text = value.text
        guard text.count > maxLength else { return text }
        return Redactor.keepingMark(of: text, in: "\(text.prefix(maxLength - 1))…")
    }
}
