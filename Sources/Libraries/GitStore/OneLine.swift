// SPDX-License-Identifier: Apache-2.0

/// Text from outside made safe for one line of a log or a terminal.
package enum OneLine {
    /// Invisible characters (line breaks, escape sequences, changes of the direction of writing) become spaces; the
    /// text is cut at `limit` characters.
    package static func text(_ text: String, limit: Int = 300) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return result + "…" }
            result.unicodeScalars.append(isUnseen(scalar) ? " " : scalar)
            count += 1
        }
        while result.last == " " { result.removeLast() }
        return result
    }

    /// The rule of KubeObjects (`Unicode.Scalar.isUnseen`), of which this library knows nothing; a test of SyncSource
    /// holds the two together.
    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isDefaultIgnorableCodePoint && scalar.value != 0xFE0E && scalar.value != 0xFE0F
        }
    }

    /// Bytes from outside, shown like a C string: what is not printable ASCII or valid UTF-8 becomes `\xNN`.
    package static func escaped(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), OneLine.text(text, limit: .max) == text { return text }
        return bytes.map { byte in
            let hex = String(byte, radix: 16)
            return byte >= 0x20 && byte < 0x7f
                ? String(UnicodeScalar(byte)) : "\\x" + (hex.utf8.count == 1 ? "0" : "") + hex
        }.joined()
    }
}
