// SPDX-License-Identifier: Apache-2.0

/// Text from outside made safe for one line of a log or a terminal.
package enum OneLine {
    /// What becomes of characters that nobody would see (``Unicode/Scalar/isUnseen``), other than control characters.
    package enum Unseen: Sendable {
        /// They stay, and stand as an escape where people read the text (``String/visible``).
        case kept
        /// They become blanks.
        case blank
    }

    /// Words from outside as one line: white space and control characters become one blank wherever they stand, and what is
    /// too long loses its middle, because the beginning says where and the end says why.
    ///
    /// Masked before all else: a secret that was cut, or whose blanks were made one, is not found any more. And masked again
    /// if the blanks have changed the text: a secret that was spread over two lines is found only now.
    ///
    /// - Parameters:
    ///   - text: May be of any length.
    ///   - limit: The longest result, in Unicode scalars.
    ///   - unseen: What becomes of characters that nobody would see.
    ///   - mask: Hides secrets.
    /// - Returns: No blank at either end.
    package static func words(
        _ text: String,
        limit: Int,
        unseen: Unseen = .kept,
        masking mask: (String) -> String
    ) -> String {
        let masked = mask(text)
        let line = withSingleBlanks(masked, unseen)
        return (line == masked ? line : mask(line)).withoutMiddle(keeping: limit)
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

    /// A name from outside: what nobody would see (line breaks, escape sequences, what turns the direction of writing)
    /// becomes a blank each; the text is cut at `limit` Unicode scalars.
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
