// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Text that has passed the redactor: the only kind of free text that a stored row can hold.
///
/// Built from outside text in one way, through ``Redactor``; decoding reads what was stored after that.
package struct RedactedText: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The longest text that is stored, in UTF-8 bytes.
    package static let maxBytes = 16 << 10

    package let text: String

    /// Masks what is secret, puts the text on one line, writes invisible characters as escapes, and cuts it at
    /// ``maxBytes``.
    ///
    /// - Parameters:
    ///   - raw: Text from outside.
    ///   - secrets: Further secrets that this text might show, such as the values of the Secret it is about.
    ///   - form: Whether it is a sentence or a value of an object.
    package init(_ raw: String, hiding secrets: Redactor? = nil, as form: Redactor.Form = .message) {
        let masked = Redactor.shared.redact(secrets?.redact(raw, as: form) ?? raw, as: form)
        text = Self.cut(Self.line(Self.withoutQuotes(masked)).visible)
    }

    /// A path into an object, with its values masked already. The names of fields and items are never masked.
    init(path: String) { text = Self.cut(Self.line(path[...]).visible) }

    /// The name of a branch or tag. It is compared with names from git later, so only secrets and line breaks are
    /// changed.
    init(ref: String) { text = Self.cut(Self.line(Redactor.shared.redact(ref)[...])) }

    private init(shown: String) { text = shown }

    /// The text, followed by the mask of the original where that was recognised as part of a secret.
    func keepingMark(of raw: String) -> RedactedText { Self(shown: Redactor.keepingMark(of: raw, in: text)) }

    private static func line(_ text: Substring) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func cut(_ line: String) -> String {
        line.utf8.count <= maxBytes ? line : "\(line.beginning(maxBytes: maxBytes - 4)) …"
    }

    /// The text up to where the API server's decoder or apply starts to quote the document, of a Secret as of anything
    /// else (CVE-2025-23216): `…, error found in #10 byte of ...|`, `.data.login: expected string, got &value…`.
    private static func withoutQuotes(_ text: String) -> Substring {
        let quotes: [StaticString] = [", error found in #", ", got &", ", got {"]
        guard let length = quotes.compactMap({ text.utf8Offset(of: $0) }).min() else { return text[...] }
        return text[..<text.utf8.index(text.startIndex, offsetBy: length)]
    }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Encodes the text as a single string.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }
}
