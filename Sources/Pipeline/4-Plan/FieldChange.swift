// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One field that will change, for display: what is secret is masked, long values are cut, and values of Secrets are
/// left out. Nothing is decided by it.
package struct FieldChange: Sendable, Hashable, Codable {
    /// The most changes that are listed for one object.
    package static let maxListed = 100
    /// Longer values are cut, in letters.
    private static let maxLength = 200
    /// How the text of a write begins that changes no value.
    package static let noValueChanges = "no value changes; the apply records"

    /// As the API server prints paths: `.spec.replicas`, `.spec.containers[name="web"].image`. Where both values are the
    /// same up to where they are cut, the path of the first value in them that differs: `.spec.versions[0].served`.
    package let path: String
    /// The path of the whole values, when `path` goes on within them. By names behind it nothing is hidden any more: what
    /// is secret in the values is masked.
    package let outerPath: String?
    /// Compact JSON of the live value, with masks; nil when the field is absent there, or hidden whole.
    package let before: String?
    /// Compact JSON of the wanted value, with masks; nil when the field is removed, or hidden whole; `null` only
    /// where a field that was absent is declared so.
    package let after: String?
    /// The field manager whose value is overwritten, and when it wrote it; nil when no other manager owned the field.
    package let takenFrom: String?
    /// True when the value is the same on both sides, so that the write changes only whose it is; else nil.
    package let keepsValue: Bool?

    /// A change whose values are known not to be secret, such as the images of a rollout.
    package init(
        path: String,
        before: String?,
        after: String?,
        takenFrom: String?,
        keepsValue: Bool? = nil,
        outerPath: String? = nil
    ) {
        self.path = path
        self.outerPath = outerPath
        self.before = before
        self.after = after
        self.takenFrom = takenFrom
        self.keepsValue = keepsValue
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
        let keepsValue = difference.before != nil && difference.before == difference.after
        let texts = FieldChange.texts(shown.before, shown.after)
        self.init(
            path: shown.path + texts.place,
            before: texts.before,
            after: isNull ? "null" : texts.after,
            takenFrom: difference.owner?.description,
            keepsValue: keepsValue ? true : nil,
            outerPath: texts.place.isEmpty ? nil : shown.path
        )
    }

    /// What is listed of the differences of one object, in their order.
    package static func list(_ differences: [FieldDifference], of kind: GroupKind) -> [FieldChange] {
        differences.prefix(maxListed).map { FieldChange($0, of: kind) }
    }

    /// `was set by kubectl (scale) at 2026-11-23T10:42:00Z`; nil when no other manager owned the field.
    package var setter: String? { takenFrom.map { "was set by \($0)" } }

    /// `before → after`. Where neither may be shown, the text only says that there is a change; where the value stays, it
    /// says so.
    package var arrow: String {
        if keepsValue == true { return "\(FieldChange.noValueChanges) that git declares it" }
        if before == nil, after == nil { return Redactor.changedMask }
        return "\(before ?? "–") → \(after ?? "–")"
    }

    /// Both values as text. Where both read the same because they are cut, what differs in them, and at which place from
    /// their own on; empty for the values themselves.
    private static func texts(_ before: JSON?, _ after: JSON?) -> (place: String, before: String?, after: String?) {
        let whole = (before: before.flatMap(text), after: after.flatMap(text))
        guard let old = whole.before, old == whole.after, let first = FirstDifference(before, after) else {
            return ("", whole.before, whole.after)
        }
        let place = String(first.place.prefix(maxLength))
        let inner = (before: first.before.map { cut($0.text) }, after: first.after.map { cut($0.text) })
        guard inner.before == inner.after, let same = inner.before else { return (place, inner.before, inner.after) }
        // Texts are not shown from their middle on: a secret would no longer be known by its beginning.
        return (place, same, "\(same) (differs behind what is shown)")
    }

    private static func text(_ value: JSON) -> String? {
        value.isNull ? nil : cut(value.text)
    }

    private static func cut(_ text: String) -> String {
        guard text.count > maxLength else { return text }
        return Redactor.keepingMark(of: text, in: "\(text.prefix(maxLength - 1))…")
    }
}
