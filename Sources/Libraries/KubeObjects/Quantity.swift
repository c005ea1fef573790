// SPDX-License-Identifier: Apache-2.0

/// A resource amount such as `500m`, `1Gi` or `1e3`, as Kubernetes reads and writes it.
package struct Quantity: Sendable, Hashable, Comparable {
    /// Which suffixes the amount prints with.
    private enum Format { case binary, decimal, exponent }

    /// Why a text is no amount.
    package struct Problem: Error {
        package let text: String
    }

    /// The amount in thousand-millionths; finer parts are rounded up.
    package let nanos: Int128
    private let format: Format

    /// What a quantity looks like, in the server's words.
    package static let pattern = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
    private static let mismatch = Problem(text: "quantities must match the regular expression '\(pattern)'")
    private static let badSuffix = Problem(text: "unable to parse quantity's suffix")
    private static let binarySuffixes = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    private static let decimalSuffixes = [
        "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
    ]
    /// Amounts stop here, as the server caps them at 2^63 - 1 units.
    private static let cap: Int128 = (Int128(Int64.max)) * 1_000_000_000

    /// Reads a text.
    ///
    /// - Throws: ``Problem`` with the server's words.
    package init(_ text: String) throws(Problem) {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let suffix = String(rest.dropFirst(number.count))
        let parts = number.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count <= 2, number.contains(where: { $0 != "." }), suffix.allSatisfy(Quantity.isSuffixCharacter)
        else {
            throw Quantity.mismatch
        }
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let digits = String(parts[0]) + fraction
        var exponent = -fraction.count
        var binaryPower = 0
        if let index = Quantity.binarySuffixes.firstIndex(of: suffix) {
            binaryPower = (index + 1) * 10
            format = .binary
        } else if let power = Quantity.decimalSuffixes[suffix] {
            exponent += power
            format = .decimal
        } else if suffix.first == "e" || suffix.first == "E", let power = Int(suffix.dropFirst()),
            (-99...99).contains(power)
        {
            exponent += power
            format = .exponent
        } else {
            throw Quantity.badSuffix
        }
        let magnitude = Quantity.scaled(digits: digits, exponent: exponent + 9, binaryPower: binaryPower)
        nanos = isNegative ? -magnitude : magnitude
    }

    private static func isSuffixCharacter(_ character: Character) -> Bool {
        "eEinumkKMGTP+-".contains(character) || (character.isASCII && character.isNumber)
    }

    /// digits × 10^exponent × 2^binaryPower, rounded up, at most the cap.
    private static func scaled(digits: String, exponent: Int, binaryPower: Int) -> Int128 {
        var value: Int128 = 0
        var dropped = exponent
        var isInexact = false
        for digit in digits.drop(while: { $0 == "0" }) {
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow, shifted < (Int128(1) << 120) else {
                dropped += 1
                isInexact = isInexact || digit != "0"
                continue
            }
            value = shifted + Int128(digit.wholeNumberValue ?? 0)
        }
        for _ in 0..<binaryPower {
            let (doubled, overflow) = value.multipliedReportingOverflow(by: 2)
            if overflow { return cap }
            value = doubled
        }
        if value == 0 { return 0 }
        while dropped > 0 {
            let (grown, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow || grown > cap { return cap }
            value = grown
            dropped -= 1
        }
        while dropped < 0 {
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            isInexact = isInexact || remainder != 0
            value = quotient
            dropped += 1
        }
        return min(isInexact ? value + 1 : value, cap)
    }

    /// By amount, whatever the suffix.
    package static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
    /// Whether the amounts are equal, in whatever spelling.
    package static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }
    /// Hashes the amount.
    package func hash(into hasher: inout Hasher) { hasher.combine(nanos) }

    /// The one spelling of this amount: no fraction, the largest suffix that divides it.
    package var canonical: String {
        if nanos == 0 { return "0" }
        let unit: Int128 = 1_000_000_000
        let isWhole = nanos % unit == 0
        if format == .binary, isWhole, nanos.magnitude >= (1024 * unit).magnitude {
            var value = nanos / unit
            var index = -1
            while value % 1024 == 0, index < Quantity.binarySuffixes.count - 1 {
                value /= 1024
                index += 1
            }
            return "\(value)\(index < 0 ? "" : Quantity.binarySuffixes[index])"
        }
        var value = nanos
        var exponent = -9
        while value % 1000 == 0, exponent < 18 {
            value /= 1000
            exponent += 3
        }
        if format == .exponent { return exponent == 0 ? "\(value)" : "\(value)e\(exponent)" }
        let suffix = Quantity.decimalSuffixes.first { $0.value == exponent }?.key ?? ""
        return "\(value)\(suffix)"
    }
}
