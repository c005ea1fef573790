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

    /// A number as a key: its 32-bit form in Go's format `g`.
    static func keyText(_ value: Double) -> String {
        let single = Float(value)
        if single.isNaN { return ".nan" }
        if single.isInfinite { return single < 0 ? "-.inf" : ".inf" }
        if single == 0 { return single.sign == .minus ? "-0" : "0" }
        return NumberText.general(single.magnitude.description, isNegative: single < 0)
    }
}
