// SPDX-License-Identifier: Apache-2.0

/// A point in time as the API writes it, to the microsecond.
package struct RFC3339Time: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// 0 to 999,999, to be added to the seconds.
    package let microseconds: Int

    /// From microseconds since 1970-01-01T00:00:00Z; negative before.
    package init(microseconds: Int64) {
        seconds = microseconds.flooringQuotient(1_000_000)
        let rest = microseconds % 1_000_000
        self.microseconds = Int(rest < 0 ? rest + 1_000_000 : rest)
    }

    /// Reads `2006-01-02T15:04:05[.000000]Z` or with an offset such as `+02:00`; nil for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            return bytes[range].reduce(into: Int64?(0)) { sum, byte in
                sum = (0x30...0x39).contains(byte) ? sum.map { $0 * 10 + Int64(byte - 0x30) } : nil
            }
        }
        func has(_ character: Unicode.Scalar, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: character)
        }
        guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
            let date = number(8..<10), let day = CalendarDay(year: year, month: month, day: date), has("T", at: 10),
            let hour = number(11..<13), has(":", at: 13), let minute = number(14..<16), has(":", at: 16),
            let second = number(17..<19), hour < 24, minute < 60, second < 60
        else { return nil }
        var index = 19
        var fraction = 0
        if has(".", at: index) {
            index += 1
            let start = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                if index - start < 6 { fraction = fraction * 10 + Int(bytes[index] - 0x30) }
                index += 1
            }
            guard index > start else { return nil }
            for _ in min(index - start, 6)..<6 { fraction *= 10 }
        }
        var offset: Int64 = 0
        if has("Z", at: index) {
            index += 1
        } else {
            guard has("+", at: index) || has("-", at: index), has(":", at: index + 3),
                let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6), hours <= 24,
                minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (has("-", at: index) ? -60 : 60)
            index += 6
        }
        guard index == bytes.count else { return nil }
        seconds = ((day.daysSince1970 * 24 + hour) * 60 + minute) * 60 + second - offset
        microseconds = fraction
    }

    /// By point in time.
    package static func < (left: RFC3339Time, right: RFC3339Time) -> Bool {
        (left.seconds, left.microseconds) < (right.seconds, right.microseconds)
    }

    /// The time in UTC, with no or six digits behind the second.
    package func text(fractionDigits: Int) -> String {
        let days = seconds.flooringQuotient(86_400)
        let rest = seconds - days * 86_400
        let day = CalendarDay(daysSince1970: days)
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = "\(value)"
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let clock = "\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
        let fraction = fractionDigits == 0 ? "" : ".\(padded(Int64(microseconds), 6))"
        return "\(padded(day.year, 4))-\(padded(day.month, 2))-\(padded(day.day, 2))T\(clock)\(fraction)Z"
    }
}
