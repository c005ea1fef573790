// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The API server's words, made fit to be shown.
extension KubeError {
    /// The longest text that is shown, in characters.
    private static let maxLength = 2000
    /// The longest text that is looked at, in characters.
    private static let maxRead = 64 << 10
    /// A quoted value longer than this is left out, in characters.
    private static let maxQuoted = 200

    /// Outside text as one line of bounded length with secrets masked. What is too long loses its middle, because the
    /// server says first where and last why.
    static func oneLine(_ text: String) -> String {
        let read = text.withoutMiddle(keeping: maxRead)
        let words = withoutDump(withoutQuotedValue(read)).unicodeScalars.map {
            $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0)
        }
        let line = Redactor.shared.redact(String(words)).split(separator: " ").joined(separator: " ")
        return line.withoutMiddle(keeping: maxLength)
    }

    /// Server-side apply quotes values of a wrong type, those of Secrets too: `got &value.valueUnstructured{Value:…}`.
    private static func withoutQuotedValue(_ text: String) -> String {
        guard let start = text.firstRange(of: "&value.valueUnstructured{"), let end = text.lastIndex(of: "}"),
            end >= start.upperBound
        else { return text }
        return "\(text[..<start.lowerBound])another type\(text[text.index(after: end)...])"
    }

    /// Validation quotes what it refuses, whole Pod templates too: `spec.template: Invalid value: {…}: field is immutable`,
    /// or, of older servers, `Invalid value: core.PodTemplateSpec{…}: field is immutable`.
    private static func withoutDump(_ text: String) -> String {
        guard let start = text.firstRange(of: "Invalid value: "), let end = text.ranges(of: "}: ").last,
            let open = text[start.upperBound...].firstIndex(of: "{"), open < end.lowerBound,
            text[start.upperBound..<open].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." }),
            text.distance(from: open, to: end.lowerBound) > maxQuoted
        else { return text }
        return "\(text[...open])…\(text[end.lowerBound...])"
    }
}
