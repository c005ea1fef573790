// SPDX-License-Identifier: Apache-2.0
import PlainText

/// Text that may leave the process: only a ``Redactor`` makes it, of text from outside.
///
/// The log, the terminal, the pages, Events and the rows of the history take no other text. A literal of our own code is
/// such a text as it is; decoding reads what was redacted before it was stored.
package struct RedactedText: Sendable, Hashable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The longest text that is stored, in UTF-8 bytes.
    package static let maxBytes = 16 << 10

    package let text: String

    fileprivate init(masked text: String) { self.text = text }

    /// A literal, without any interpolation: nothing in it comes from outside.
    package init(stringLiteral value: StaticString) { text = value.description }

    /// A number, in digits.
    package init(number: Int) { text = "\(number)" }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Encodes the text as a single string.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }

    /// One text behind another.
    package static func + (left: RedactedText, right: RedactedText) -> RedactedText {
        RedactedText(masked: left.text + right.text)
    }

    /// The text, followed by the mask of the original where that was recognised as part of a secret.
    package func keepingMark(of raw: String) -> RedactedText {
        RedactedText(masked: Redactor.keepingMark(of: raw, in: text))
    }

    /// The longest beginning that has at most so many UTF-8 bytes.
    package func beginning(maxBytes: Int) -> RedactedText {
        RedactedText(masked: String(text.beginning(maxBytes: maxBytes)))
    }
}

extension Redactor {
    /// The longest line that tells what became of an object, in Unicode scalars.
    package static let maxLine = 1000

    /// What a row of the history holds: secrets masked, on one line, invisible characters as escapes, and cut at
    /// ``RedactedText/maxBytes``.
    ///
    /// - Parameters:
    ///   - raw: Text from outside.
    ///   - other: Knows further secrets that this text might show, such as the values of the Secret it is about.
    ///   - form: Whether it is a sentence or a value of an object.
    /// - Returns: The text as it is stored.
    package func row(_ raw: String, hiding other: Redactor? = nil, as form: Form = .message) -> RedactedText {
        let masked = redact(hidden(raw, by: other, as: form), as: form)
        return RedactedText(masked: Self.cut(Self.joined(Self.withoutQuotes(masked)).visible))
    }

    /// The same of a text that tells what became of an object: at most ``maxLine`` Unicode scalars, and each run of
    /// white space is one space. What is too long loses its middle.
    package func line(_ raw: String, hiding other: Redactor? = nil) -> RedactedText {
        let line = words(hidden(raw, by: other, as: .message), limit: Self.maxLine)
        return RedactedText(masked: Self.cut(Self.joined(Self.withoutQuotes(line)).visible))
    }

    /// Masked by another redactor, unless this one will hide all of it.
    private func hidden(_ raw: String, by other: Redactor?, as form: Form) -> String {
        guard let other, !isHidden(bytes: raw.utf8.count) else { return raw }
        return other.redact(raw, as: form)
    }

    /// A path into an object, with its values masked already. The names of fields and items are never masked.
    package func row(path: String) -> RedactedText { RedactedText(masked: Self.cut(Self.joined(path[...]).visible)) }

    /// The name of a branch or tag. It is compared with names from git later, so only secrets and line breaks are
    /// changed.
    package func row(ref: String) -> RedactedText { RedactedText(masked: Self.cut(Self.joined(redact(ref)[...]))) }

    /// What a terminal or a log shows: secrets masked, invisible characters as escapes. Line breaks and tabs stay.
    ///
    /// - Parameters:
    ///   - raw: Text from outside.
    ///   - write: Quotes the masked text, where it has to be.
    /// - Returns: The text as it is shown.
    package func shown(_ raw: String, quoted write: (String) -> String = { $0 }) -> RedactedText {
        RedactedText(masked: write(redact(raw)).visible)
    }

    /// The same of a text in which invisible characters are escaped already, and which may have the colours of a
    /// terminal.
    package func painted(_ text: String) -> RedactedText { RedactedText(masked: redact(text)) }

    /// Text that was made of masked values (``PairMask``), of names of objects and of paths of fields: a difference, or a
    /// table of changes. Looked through as text once more, it would lose those keys that a Secret holds as a value.
    ///
    /// - Parameter text: Invisible characters are escaped in it already.
    /// - Returns: The text as it is.
    package func painted(masked text: String) -> RedactedText { RedactedText(masked: text) }

    /// A JSON value as a document, each text in it masked, but for keys, identities and differences. Masked before it is
    /// written: behind the escapes of a format nothing would be recognised, and a mask could cover one of its quotes.
    ///
    /// - Parameters:
    ///   - json: The value.
    ///   - write: Writes the masked value as text.
    /// - Returns: What `write` made.
    package func document(_ json: JSON, _ write: (JSON) -> String) -> RedactedText {
        RedactedText(masked: write(masked(json)))
    }

    /// Names of objects, projects and kinds stand in git unencrypted, and are never masked.
    private static let identities: Set<String> = ["apiVersion", "group", "kind", "name", "namespace", "project"]

    /// The members of a change of a field (`FieldChange`); those that are nil are left out.
    private static let changeKeys: Set<String> = ["path", "outerPath", "before", "after", "takenFrom", "keepsValue"]

    private func masked(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): .string(redact(text))
        case .array(let elements): .array(elements.map { masked($0) })
        case .object(let object): .object(masked(object))
        case .null, .bool, .int, .double: json
        }
    }

    private func masked(_ object: JSONObject) -> JSONObject {
        let isChange = object.allSatisfy { Self.changeKeys.contains($0.key) }
        return JSONObject(
            object.map { member in
                JSONObject.Member(key: member.key, value: masked(member, ofChange: isChange))
            }
        )
    }

    /// The value of a member: as it is when it is an identity, the path of the field that changes (`.spec.replicas`), or
    /// the text of a difference, whose values were masked before it became text.
    private func masked(_ member: JSONObject.Member, ofChange isChange: Bool) -> JSON {
        let value = member.value
        switch member.key {
        case "path" where isChange && value.string?.utf8.first == UInt8(ascii: "."): return value
        case "diff" where value["text"]?.string != nil && value["isTruncated"]?.bool != nil:
            guard case .object(let difference) = value else { return masked(value) }
            return .object(
                JSONObject(
                    difference.map { part in
                        JSONObject.Member(key: part.key, value: part.key == "text" ? part.value : masked(part.value))
                    }
                )
            )
        default: return Self.identities.contains(member.key) && value.string != nil ? value : masked(value)
        }
    }

    /// Text from outside as one line without secrets, at most so many Unicode scalars; what is too long loses its
    /// middle.
    ///
    /// For whoever has to cut such a text long before it is shown: half a secret is not recognised any more.
    package func words(_ text: String, limit: Int, unseen: OneLine.Unseen = .kept) -> String {
        OneLine.words(text, limit: limit, unseen: unseen, hiding: { redactKnown($0) }, masking: { redact($0) })
    }

    private static func joined(_ text: Substring) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func cut(_ line: String) -> String {
        line.utf8.count <= RedactedText.maxBytes
            ? line : "\(line.beginning(maxBytes: RedactedText.maxBytes - 4)) …"
    }

    /// The text up to where the API server's decoder or apply starts to quote the document, of a Secret as of anything
    /// else (CVE-2025-23216): `…, error found in #10 byte of ...|`, `.data.login: expected string, got &value…`.
    private static func withoutQuotes(_ text: String) -> Substring {
        let quotes: [StaticString] = [", error found in #", ", got &", ", got {"]
        guard let length = quotes.compactMap({ text.utf8Offset(of: $0) }).min() else { return text[...] }
        return text[..<text.utf8.index(text.startIndex, offsetBy: length)]
    }
}
