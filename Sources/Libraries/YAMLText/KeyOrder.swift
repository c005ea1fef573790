// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The order in which go-yaml v2 prints the keys of a map: numbers inside of them count as numbers (`a2` before `a10`),
/// and what is no letter comes before letters.
enum KeyOrder {
    /// The members in that order.
    static func sorted(_ members: [JSONObject.Member]) -> [JSONObject.Member] {
        // Keys of ASCII letters only, the common case, stand in byte order in both.
        if members.allSatisfy({ $0.key.utf8.allSatisfy(\.isASCIILetter) }) { return members }
        return members.map { ($0, Array($0.key.unicodeScalars)) }.sorted { precedes($0.1, $1.1) }.map(\.0)
    }

    static func precedes(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Bool {
        let shorter = min(left.count, right.count)
        guard let index = (0..<shorter).first(where: { left[$0] != right[$0] }) else { return left.count < right.count }
        let (a, b) = (left[index], right[index])
        if a.isLetter && b.isLetter { return a < b }
        if a.isLetter || b.isLetter { return b.isLetter }
        // Zeros behind a number's first digit count; zeros in front of it only break ties.
        let isInsideNumber = (a == "0" || b == "0") && hasSignificantDigits(left, before: index)
        let (leftValue, leftEnd) = number(left, from: index, start: isInsideNumber ? 1 : 0)
        let (rightValue, rightEnd) = number(right, from: index, start: isInsideNumber ? 1 : 0)
        if leftValue != rightValue { return leftValue < rightValue }
        if leftEnd != rightEnd { return leftEnd < rightEnd }
        return a < b
    }

    private static func hasSignificantDigits(_ text: [Unicode.Scalar], before index: Int) -> Bool {
        for scalar in text[..<index].reversed() {
            guard scalar.isDecimalDigit else { return false }
            if scalar != "0" { return true }
        }
        return false
    }

    private static func number(_ text: [Unicode.Scalar], from: Int, start: Int64) -> (value: Int64, end: Int) {
        var value = start
        var index = from
        while index < text.count, text[index].isDecimalDigit {
            value = value &* 10 &+ (Int64(text[index].value) - 0x30)
            index += 1
        }
        return (value, index)
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
}

extension Unicode.Scalar {
    fileprivate var isDecimalDigit: Bool {
        isASCII ? value >= 0x30 && value <= 0x39 : properties.generalCategory == .decimalNumber
    }

    fileprivate var isLetter: Bool {
        if isASCII { return UInt8(truncatingIfNeeded: value).isASCIILetter }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }
}
