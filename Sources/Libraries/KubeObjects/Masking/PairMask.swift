// SPDX-License-Identifier: Apache-2.0

/// Walks two values side by side and masks what is secret in them, by names, by shape and by value. Where a hidden value
/// changed, a mark says so.
package struct PairMask {
    /// Two values that belong together; nil where there is none.
    package typealias Pair = (before: JSON?, after: JSON?)

    private let redactor: TextMask

    /// - Parameter redactor: Knows all texts that will be met, in values and in paths.
    package init(redactor: TextMask) { self.redactor = redactor }

    /// Masks two states of an object.
    ///
    /// - Parameters:
    ///   - before: Nil for an object that is created.
    ///   - after: Nil for an object that is deleted.
    ///   - isSecret: Whether it is the core group's Secret, of which only what is known to be harmless is shown.
    /// - Returns: Both states, nil where there was none.
    package func mask(_ before: JSON?, _ after: JSON?, isSecret: Bool) -> Pair {
        isSecret ? secret(before, after) : walk(before, after, at: .plain)
    }

    /// Masks two values of one place in an object.
    ///
    /// - Parameters:
    ///   - before: Nil when the field is absent there.
    ///   - after: Nil when the field is absent there.
    ///   - path: The way to the place, from the object's root: names on it may hide what stands there.
    /// - Returns: Both values, nil where there was none.
    package func mask(_ before: JSON?, _ after: JSON?, at path: [FieldPathElement]) -> Pair {
        walk(before, after, at: MaskPlace(path))
    }

    /// A text at its place, with what may be shown of it.
    func masked(_ text: String, at place: MaskPlace) -> MaskedText {
        MaskedText(text, hiding: hidden(in: text, at: place))
    }

    private func hidden(in text: String, at place: MaskPlace) -> [Range<Int>] {
        // One item of a command is one option, blanks included: `--password=two words`.
        guard place == .item, let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            return redactor.ranges(in: text)
        }
        let name = String(text[..<sign])
        guard name.utf8.allSatisfy({ $0 > 0x20 }), SensitiveName.matches(name) else {
            return redactor.ranges(in: text)
        }
        return redactor.ranges(in: name) + [name.utf8.count + 1..<text.utf8.count]
    }

    /// Two masks that tell only whether the values are the same.
    ///
    /// - Parameters:
    ///   - before: Nil when the value is absent there.
    ///   - after: Nil when the value is absent there.
    ///   - isBase64: Whether the server reads bytes there: then two spellings of the same bytes are the same value.
    ///     Anywhere else `abcdefgh1` and `abcdefgh2` are two passwords.
    /// - Returns: Both masks, nil where there was no value.
    func hide(_ before: JSON?, _ after: JSON?, isBase64: Bool = false) -> Pair {
        var isChanged = false
        if let before, let after, before != after { isChanged = !(isBase64 && Base64Text.isSame(before, after)) }
        return (
            before.map { _ in .string(Redactor.mask) },
            after.map { _ in .string(isChanged ? Redactor.changedMask : Redactor.mask) }
        )
    }
}

// MARK: - Secrets

extension PairMask {
    /// A Secret, as a whole object or as a part of another one.
    func secret(_ before: JSON?, _ after: JSON?) -> Pair {
        members(before, after, at: .plain, hidesOthers: true) { key, old, new in
            if key == "metadata" { return metadata(old, new) }
            // A boolean tells nothing, and whether `immutable` is true is what people look for.
            if key == "immutable", [old, new].allSatisfy({ $0?.bool != nil || $0 == nil }) { return (old, new) }
            let isText = [old, new].allSatisfy { $0?.string != nil || $0 == nil }
            if isText, SecretField.members.contains(key) { return walk(old, new, at: .plain) }
            return hideMembers(old, new, isBase64: key == "data")
        }
    }

    /// A Secret's metadata: annotations repeat what people and tools know of the values.
    private func metadata(_ before: JSON?, _ after: JSON?) -> Pair {
        members(before, after, at: .plain, hidesOthers: true) { key, old, new in
            if SecretField.metadataMembers.contains(key) { return walk(old, new, at: .plain) }
            guard key == "annotations" else { return hideMembers(old, new) }
            return members(old, new, at: .plain, hidesOthers: true) { name, old, new in
                name.hasPrefix(WireName.annotationPrefix) ? walk(old, new, at: .plain) : hide(old, new)
            }
        }
    }

    /// Hides all values of a Secret's `data` and whatever else is not known; the keys stay.
    func hideMembers(_ before: JSON?, _ after: JSON?, isBase64: Bool = false) -> Pair {
        guard before?.object != nil || after?.object != nil else { return hide(before, after) }
        return members(before, after, at: .plain, hidesOthers: true) { _, old, new in
            hide(old, new, isBase64: isBase64)
        }
    }
}
