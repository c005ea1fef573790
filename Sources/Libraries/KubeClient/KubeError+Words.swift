// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The API server's messages, prepared for display.
extension KubeError {
    /// The longest text that is shown, in Unicode scalars.
    private static let maxLength = 2000
    /// The longest text that is looked at, in Unicode scalars.
    private static let maxRead = 64 << 10
    /// A quoted value longer than this is left out, in characters.
    private static let maxQuoted = 200

    /// Outside text as one line of bounded length with secrets masked. What is too long loses its middle.
    static func oneLine(_ text: String) -> String {
        let read = text.withoutMiddle(keeping: maxRead)
        return Redactor.shared.words(withoutDump(withoutQuotedValue(read)), limit: maxLength)
    }

    /// Server-side apply quotes values of a wrong type, in one line for each field and in an order that changes:
    /// `errors:`, `  .data.flag: expected string, got &value.valueUnstructured{Value:true}`. All of these lines are kept, in
    /// the order of the fields, without the values.
    private static func withoutQuotedValue(_ text: String) -> String {
        let mark = "&value.valueUnstructured{"
        guard text.contains(mark) else { return text }
        var head: [Substring] = []
        var fields: [String] = []
        var isInsideValue = false
        for line in text.split(separator: "\n") {
            let isField = line.hasPrefix("  .")
            // A value may have several lines.
            if isInsideValue, !isField { continue }
            isInsideValue = false
            if let start = line.firstRange(of: mark) {
                isInsideValue = true
                let words = "\(line[..<start.lowerBound])another type"
                if isField { fields.append(words) } else { head.append(words[...]) }
            } else if isField {
                fields.append(String(line))
            } else {
                head.append(line)
            }
        }
        let told = fields.map { $0.dropFirst(2) }.sorted { String($0).precedesInByteOrder(String($1)) }
        return (head + [told.joined(separator: ", ")[...]]).joined(separator: " ")
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
