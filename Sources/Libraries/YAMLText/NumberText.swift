// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// How a double looks in kubectl's YAML: it goes through JSON first, so that a whole number within 64 bits loses its
/// point, and is then written in Go's format `g`.
enum NumberText {
    /// The text of a double; `.nan` and `.inf` cannot come out of JSON and print as such.
    static func text(_ value: Double) -> String {
        if value.isNaN { return ".nan" }
        if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
        let json = JSON.numberText(value)
        if Int64(json) != nil || UInt64(json) != nil { return json == "-0" ? "0" : json }
        return general(value.magnitude.description, isNegative: value < 0)
    }

    /// The shortest digits in Go's format `g`: with an exponent of at least two digits below 1e-4 and from 1e6 on;
    /// `description` is Swift's shortest text of a positive number.
    static func general(_ description: String, isNegative: Bool) -> String {
        let parts = description.split(separator: "e")
        let decimal = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = Substring(decimal[0] + (decimal.count > 1 ? decimal[1] : ""))
        var point = decimal[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.first == "0" {
            digits = digits.dropFirst()
            point -= 1
        }
        while digits.last == "0" { digits = digits.dropLast() }
        let sign = isNegative ? "-" : ""
        let exponent = point - 1
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.count > 1 ? ".\(digits.dropFirst())" : ""
            let power = String(abs(exponent))
            return
                "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(power.count < 2 ? "0" : "")\(power)"
        }
        if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(digits)" }
        if point >= digits.count { return "\(sign)\(digits)\(String(repeating: "0", count: point - digits.count))" }
        return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
    }
}
