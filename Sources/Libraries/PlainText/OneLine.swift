// SPDX-License-Identifier: Apache-2.0

/// Text from outside made safe for one line of a log or a terminal.
package enum OneLine {
    /// What happens to invisible characters (``Unicode/Scalar/isUnseen``) other than control characters.
    package enum Unseen: Sendable {
        /// They stay, and are escaped where people read the text (``String/visible``).
        case kept
        /// They become spaces.
        case blank
    }

    /// Text from outside as one line: each run of white space and control characters becomes one space, and what is too
    /// long loses its middle, because the beginning says where and the end says why.
    ///
    /// Known secrets are hidden before all else: one that was cut, or whose white space was changed, is not recognised any
    /// more. All is masked once the spaces are single: a secret that was spread over two lines is found only then, and what
    /// only has the shape of a credential ends at white space, so to mask it sooner would leave the rest of such a secret.
    ///
    /// - Parameters:
    ///   - text: May be of any length.
    ///   - limit: The longest result, in Unicode scalars.
    ///   - unseen: What happens to invisible characters.
    ///   - known: Hides known secrets and nothing else.
    ///   - mask: Hides known secrets and all that has the shape of one.
    /// - Returns: The line, without a space at either end.
    package static func words(
        _ text: String,
        limit: Int,
        unseen: Unseen = .kept,
        hiding known: (String) -> String,
        masking mask: (String) -> String
    ) -> String {
        mask(withSingleBlanks(known(text), unseen)).withoutMiddle(keeping: limit)
    }

    private static func withSingleBlanks(_ text: String, _ unseen: Unseen) -> String {
        var line = String.UnicodeScalarView()
        var isBehindBlank = false
        for scalar in text.unicodeScalars {
            if isBlank(scalar, unseen) {
                isBehindBlank = true
                continue
            }
            if isBehindBlank, !line.isEmpty { line.append(" ") }
            isBehindBlank = false
            line.append(scalar)
        }
        return String(line)
    }

    private static func isBlank(_ scalar: Unicode.Scalar, _ unseen: Unseen) -> Bool {
        if scalar.value < 0x7F { return scalar.value <= 0x20 }
        let properties = scalar.properties
        return properties.isWhitespace || properties.generalCategory == .control || unseen == .blank && scalar.isUnseen
    }

    /// A name from outside: each invisible character (line breaks, escape sequences, changes of the direction of
    /// writing) becomes a space; the text is cut at `limit` Unicode scalars.
    package static func text(_ text: String, limit: Int = 300) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return result + "…" }
            result.unicodeScalars.append(scalar.isUnseen ? " " : scalar)
            count += 1
        }
        while result.last == " " { result.removeLast() }
        return result
    }

    /// Bytes from outside, shown like a C string: what is not printable ASCII or valid UTF-8 becomes `\xNN`.
    package static func escaped(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), OneLine.text(text, limit: .max) == text { return text }
        return bytes.map { byte in
            byte >= 0x20 && byte < 0x7f
                ? String(UnicodeScalar(byte)) : "\\x" + CollectionOfOne(byte).hexadecimal
        }.joined()
    }
}
