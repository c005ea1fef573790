// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects

/// The query of a request: names with their values in order, percent-decoded.
struct QueryParameters: Sendable {
    private var values: [String: [String]] = [:]

    /// Reads `a=1&b=2`; a part without `=` has an empty value, `+` is a space.
    init(_ text: some StringProtocol) {
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = PercentEncoding.decoded(pair[0], plusIsSpace: true)
            let value = pair.count > 1 ? PercentEncoding.decoded(pair[1], plusIsSpace: true) : ""
            values[name, default: []].append(value)
        }
    }

    /// The first value of a parameter; nil when it is absent.
    subscript(name: String) -> String? { values[name]?.first }

    /// All values of a parameter.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A boolean as the API machinery reads it: absent, `0` and `false` are false, all else is true.
    func flag(_ name: String) -> Bool {
        guard let text = self[name] else { return false }
        return text != "0" && text.lowercased() != "false"
    }

    /// A whole number; nil when it is absent or empty.
    func integer(_ name: String) throws(StatusError) -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let value = Int64(text) else {
            throw .badRequest("strconv.ParseInt: parsing \(StatusError.quoted(text)): invalid syntax")
        }
        return value
    }
}

/// Percent-encoding of URLs.
enum PercentEncoding {
    /// The text behind `%41` escapes; an invalid escape stays as it is.
    static func decoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        guard text.contains("%") || (plusIsSpace && text.contains("+")) else { return String(text) }
        var output: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "%"), bytes.count >= 2,
                let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
            {
                output.append(value)
                bytes = bytes.dropFirst(2)
            } else {
                output.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
