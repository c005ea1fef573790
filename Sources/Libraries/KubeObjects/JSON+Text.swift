// SPDX-License-Identifier: Apache-2.0
import PlainText

extension JSON {
    /// Compact JSON text as UTF-8 bytes, keys in byte order, so equal values give equal bytes.
    ///
    /// Numbers print as Go's encoding/json prints them; `<`, `>` and `&` stay as they are.
    package func serialized() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256)
        write(into: &output)
        return output
    }

    /// Compact JSON text.
    package var text: String { String(decoding: serialized(), as: UTF8.self) }

    /// JSON text with four spaces a level, as `kubectl get -o json` indents. What is ``Swift/Unicode/Scalar/isUnseen`` in
    /// it stands as an escape.
    package var prettyText: String {
        var output: [UInt8] = []
        write(into: &output, indent: 0)
        output.append(0x0A)
        return String(decoding: output, as: UTF8.self).visibleJSON
    }

    /// Appends compact text to `output`.
    package func write(into output: inout [UInt8]) {
        switch self {
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in object {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                JSON.write(member.key, into: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(into: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(into: &output)
            }
            output.append(UInt8(ascii: "]"))
        default: writeScalar(into: &output)
        }
    }

    private func write(into output: inout [UInt8], indent: Int) {
        func newLine(_ level: Int) {
            output.append(0x0A)
            output.append(contentsOf: repeatElement(0x20, count: level * 4))
        }
        switch self {
        case .object(let object) where !object.isEmpty:
            output.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newLine(indent + 1)
                JSON.write(member.key, into: &output)
                output.append(contentsOf: [UInt8(ascii: ":"), 0x20])
                member.value.write(into: &output, indent: indent + 1)
            }
            newLine(indent)
            output.append(UInt8(ascii: "}"))
        case .array(let elements) where !elements.isEmpty:
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newLine(indent + 1)
                element.write(into: &output, indent: indent + 1)
            }
            newLine(indent)
            output.append(UInt8(ascii: "]"))
        default: write(into: &output)
        }
    }

    private func writeScalar(into output: inout [UInt8]) {
        switch self {
        case .null, .object, .array: output.append(contentsOf: Array("null".utf8))
        case .bool(let value): output.append(contentsOf: Array((value ? "true" : "false").utf8))
        case .int(let value): output.append(contentsOf: Array(String(value).utf8))
        case .double(let value): output.append(contentsOf: Array(JSON.numberText(value).utf8))
        case .string(let value): JSON.write(value, into: &output)
        }
    }

    /// A double as Go's encoding/json writes it: shortest form, exponent only below 1e-6 and from 1e21; a value that
    /// JSON cannot hold prints as `null`.
    package static func numberText(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = shortestDigits(value.magnitude)
        let sign = value < 0 ? "-" : ""
        if value.magnitude < 1e-6 || value.magnitude >= 1e21 {
            let mantissa = digits.count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
            let power = exponent - 1
            return "\(sign)\(mantissa)e\(power < 0 ? "-" : "+")\(abs(power))"
        }
        if exponent <= 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent))\(digits)" }
        if exponent >= digits.count {
            return "\(sign)\(digits)\(String(repeating: "0", count: exponent - digits.count))"
        }
        return "\(sign)\(digits.prefix(exponent)).\(digits.dropFirst(exponent))"
    }

    /// The shortest decimal digits of a positive value and the place of the decimal point: 0.d₁d₂… × 10^exponent.
    private static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = "\(value)".split(separator: "e")
        let decimal = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(decimal[0])
        var fraction = decimal.count > 1 ? String(decimal[1]) : ""
        if fraction == "0" { fraction = "" }
        var exponent = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        var digits = Substring(whole + fraction)
        while digits.first == "0" {
            digits = digits.dropFirst()
            exponent -= 1
        }
        while digits.last == "0" { digits = digits.dropLast() }
        return (String(digits), exponent)
    }

    private static func write(_ text: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var clean = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                output.append(contentsOf: bytes[clean..<index])
                clean = index + 1
                writeEscaped(byte, into: &output)
            }
            output.append(contentsOf: bytes[clean...])
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func writeEscaped(_ byte: UInt8, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x09: output.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            output.append(contentsOf: [UInt8(ascii: "u"), 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }
}
