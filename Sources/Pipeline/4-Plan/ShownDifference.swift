// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A difference as it may be shown: path and values are masked, whole or in part, before they become text.
struct ShownDifference {
    /// As the API server prints it, except that secret values in it are masked.
    let path: String
    /// Nil when the field is absent there, or hidden whole.
    let before: JSON?
    /// Nil when the field is removed, or hidden whole.
    let after: JSON?

    init(_ difference: FieldDifference, of kind: GroupKind) {
        path = difference.shownPath(of: kind)
        let whole = difference.path.display
        let values = [difference.before, difference.after].compactMap { $0 }
        // Booleans are not secret, and people look for them: `automountServiceAccountToken`.
        let isSwitch =
            values.allSatisfy { $0.bool != nil || $0.isNull } && (!kind.isSecret || whole == ".immutable")
        guard isSwitch || !SecretField.isHidden(path: whole, isSecret: kind.isSecret) else {
            before = nil
            after = nil
            return
        }
        let mask = PairMask(redactor: TextMask(objects: values))
        let pair = mask.mask(difference.before, difference.after, at: difference.path)
        before = pair.before
        after = pair.after
    }
}

extension FieldDifference {
    /// The path as it may be shown.
    ///
    /// - Parameter kind: The kind of the object in which it is.
    /// - Returns: As the API server prints it, with masks where items are named by secret values.
    package func shownPath(of kind: GroupKind) -> String {
        let mask = PairMask(redactor: TextMask(objects: path.compactMap(\.item)))
        let hidesItems = kind.isSecret && !SecretField.isShown(path: path.display)
        return mask.mask(path: path, hidesItems: hidesItems).display
    }
}

extension FieldPathElement {
    /// By which values it names an item of a list; nil for a field or a place.
    fileprivate var item: JSON? {
        switch self {
        case .key(let keys): return .object(keys)
        case .value(let value): return value
        case .field, .index: return nil
        }
    }
}
