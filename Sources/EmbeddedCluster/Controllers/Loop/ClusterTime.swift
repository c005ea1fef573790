// SPDX-License-Identifier: Apache-2.0

/// A moment as Kubernetes writes it: UTC, microseconds since 1970.
package struct ClusterTime: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Reads RFC 3339 with any zone and any fraction (`2026-01-02T03:04:05.678901Z`); nil for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = ClusterTime.number(bytes[0..<4]), let month = ClusterTime.number(bytes[5..<7]),
            let day = ClusterTime.number(bytes[8..<10]), let hour = ClusterTime.number(bytes[11..<13]),
            let minute = ClusterTime.number(bytes[14..<16]), let second = ClusterTime.number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, digits.count <= 9 else { return nil }
            for place in 0..<6 {
                let index = digits.startIndex + place
                fraction = fraction * 10 + (index < digits.endIndex ? Int64(digits[index] - 0x30) : 0)
            }
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = ClusterTime.zoneOffset(rest) else { return nil }
        let days = ClusterTime.days(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        microseconds = seconds * 1_000_000 + fraction
    }

    /// RFC 3339 with seconds, such as `2026-01-02T03:04:05Z`: the form of `metav1.Time`.
    package var text: String { "\(wholeSeconds)Z" }

    /// RFC 3339 with microseconds, such as `2026-01-02T03:04:05.000000Z`: the form of `metav1.MicroTime`.
    package var microText: String {
        let digits = String(ClusterTime.floorModulo(microseconds, 1_000_000))
        return "\(wholeSeconds).\(String(repeating: "0", count: 6 - digits.count))\(digits)Z"
    }

    /// Seconds from `earlier` to this moment, rounded down towards zero.
    package func seconds(since earlier: ClusterTime) -> Int64 {
        (microseconds - earlier.microseconds) / 1_000_000
    }

    /// This moment and some time more.
    package func advanced(by duration: Duration) -> ClusterTime {
        let (seconds, attoseconds) = duration.components
        return ClusterTime(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    package static func < (left: ClusterTime, right: ClusterTime) -> Bool { left.microseconds < right.microseconds }
}

extension ClusterTime {
    private var wholeSeconds: String {
        let seconds = (microseconds - ClusterTime.floorModulo(microseconds, 1_000_000)) / 1_000_000
        let ofDay = ClusterTime.floorModulo(seconds, 86_400)
        let (year, month, day) = ClusterTime.date(days: (seconds - ofDay) / 86_400)
        func pad(_ value: Int64, _ width: Int = 2) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return
            "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(ofDay / 3_600)):\(pad(ofDay / 60 % 60)):\(pad(ofDay % 60))"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    /// Seconds east of UTC: `Z`, `+02:00`, `-05:30`.
    private static func zoneOffset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        if bytes.elementsEqual([UInt8(ascii: "Z")]) { return 0 }
        let zone = Array(bytes)
        guard zone.count == 6, zone[3] == UInt8(ascii: ":"), let hours = number(zone[1..<3]),
            let minutes = number(zone[4..<6])
        else { return nil }
        switch zone[0] {
        case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3_600 + minutes * 60)
        default: return nil
        }
    }

    /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar; years are counted from March.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }

    private static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
