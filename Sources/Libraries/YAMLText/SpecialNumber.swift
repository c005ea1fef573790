// SPDX-License-Identifier: Apache-2.0
import PlainText

/// Texts that go-yaml reads as text but puts in quotes, because other readers see a number in base 60 or a date.
enum SpecialNumber {
    /// `[-+]? digit (digit|_)* ( : [0-5]?digit )+ ( . (digit|_)* )?`
    static func isBase60(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var scan = Scan(bytes)
        _ = scan.take(UInt8(ascii: "+")) || scan.take(UInt8(ascii: "-"))
        guard scan.digits(1...1) != nil else { return false }
        scan.skip { $0.isDigit || $0 == UInt8(ascii: "_") }
        var groups = 0
        while scan.take(UInt8(ascii: ":")) {
            guard let value = scan.digits(1...2), value < 60 else { return false }
            groups += 1
        }
        guard groups > 0 else { return false }
        if scan.take(UInt8(ascii: ".")) { scan.skip { $0.isDigit || $0 == UInt8(ascii: "_") } }
        return scan.isAtEnd
    }

    /// `YYYY-M-D`, alone, or with ` h:m:s[.f]`, or with `Th:m:s[.f]` and a zone `Z` or `±hh:mm`.
    static func isTimestamp(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var scan = Scan(bytes)
        guard let year = scan.digits(4...4), scan.take(UInt8(ascii: "-")),
            let month = scan.digits(1...2), scan.take(UInt8(ascii: "-")), let day = scan.digits(1...2),
            CalendarDay(year: Int64(year), month: Int64(month), day: Int64(day)) != nil
        else { return false }
        if scan.isAtEnd { return true }
        if scan.take(0x20) { return scan.time() && scan.isAtEnd }
        guard scan.take(UInt8(ascii: "T")) || scan.take(UInt8(ascii: "t")) else { return false }
        return scan.time() && scan.zone() && scan.isAtEnd
    }
}

/// A place in some bytes that moves forward.
private struct Scan {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func skip(while matches: (UInt8) -> Bool) {
        while position < bytes.count, matches(bytes[position]) { position += 1 }
    }

    /// A number of so many digits, as many as there are; nil when there are fewer.
    mutating func digits(_ count: ClosedRange<Int>) -> Int? {
        var value = 0
        var taken = 0
        while taken < count.upperBound, position < bytes.count, bytes[position].isDigit {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
            taken += 1
        }
        return taken >= count.lowerBound ? value : nil
    }

    mutating func time() -> Bool {
        guard let hour = digits(1...2), hour < 24, take(UInt8(ascii: ":")), let minute = digits(1...2), minute < 60,
            take(UInt8(ascii: ":")), let second = digits(1...2), second < 60
        else { return false }
        let dot = position
        if take(UInt8(ascii: ".")) || take(UInt8(ascii: ",")) {
            let start = position
            skip(while: \.isDigit)
            if position == start { position = dot }
        }
        return true
    }

    mutating func zone() -> Bool {
        if take(UInt8(ascii: "Z")) { return true }
        guard take(UInt8(ascii: "+")) || take(UInt8(ascii: "-")) else { return false }
        guard let hours = digits(2...2), hours <= 24, take(UInt8(ascii: ":")), let minutes = digits(2...2) else {
            return false
        }
        return minutes <= 60
    }
}
