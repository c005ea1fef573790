// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What a scalar means under the YAML 1.1 rules of kubectl's reader.
enum ResolvedScalar {
    case null
    case bool(Bool)
    case int(Int64)
    /// An integer beyond `Int64`.
    case unsigned(UInt64)
    case float(Double)
    case string(String)
    /// The tag and the text do not fit, or the tag is not one of JSON's types.
    case refused(problem: String, remedy: String)

    /// The value as it arrives in an object: a float that prints as an integer becomes one (`1.0` is `1`), an integer
    /// beyond `Int64` a double. Nil for what JSON cannot hold.
    var json: JSON? {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .unsigned(let value): return .double(Double(value))
        case .float(let value):
            guard value.isFinite else { return nil }
            if value.rounded(.towardZero) == value, let whole = Int64(JSON.numberText(value)) { return .int(whole) }
            return .double(value)
        case .string(let value): return .string(value)
        case .refused: return nil
        }
    }

    /// The scalar as a key of a JSON object; nil where kubectl refuses it.
    var key: String? {
        switch self {
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .float(let value): Self.keyText(value)
        case .string(let value): value
        case .null, .unsigned, .refused: nil
        }
    }

    /// A number as a key: the shortest digits of its 32-bit form, with an exponent of at least two digits below 1e-4
    /// and from 1e6 on (Go's format `g`).
    static func keyText(_ value: Double) -> String {
        let single = Float(value)
        if single.isNaN { return ".nan" }
        if single.isInfinite { return single < 0 ? "-.inf" : ".inf" }
        if single == 0 { return single.sign == .minus ? "-0" : "0" }
        let text = "\(single.magnitude)".split(separator: "e")
        let decimal = text[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = Substring(decimal[0] + (decimal.count > 1 && decimal[1] != "0" ? decimal[1] : ""))
        var point = decimal[0].count + (text.count > 1 ? Int(text[1]) ?? 0 : 0)
        while digits.first == "0" {
            digits = digits.dropFirst()
            point -= 1
        }
        while digits.last == "0" { digits = digits.dropLast() }
        let sign = single < 0 ? "-" : ""
        let exponent = point - 1
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.count > 1 ? ".\(digits.dropFirst())" : ""
            let power = String(abs(exponent))
            let padded = power.count < 2 ? "0\(power)" : power
            return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(padded)"
        }
        if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(digits)" }
        if point >= digits.count { return "\(sign)\(digits)\(String(repeating: "0", count: point - digits.count))" }
        return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
    }
}
