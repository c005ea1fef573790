// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The `Retry-After` header (RFC 9110, 10.2.3).
enum RetryAfter {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// How long to wait: seconds as written, or until a date; nil for anything else. Never negative, at most a day.
    static func read(_ text: String?, now: Date) -> Duration? {
        guard let text = text?.prefix(100), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy(Grammar.isDigit) { return .seconds(min(Int(text) ?? 86_400, 86_400)) }
        guard let seconds = seconds(of: String(text)) else { return nil }
        return .seconds(min(max(0, Double(seconds) - now.timeIntervalSince1970), 86_400))
    }

    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func seconds(of date: String) -> Int? {
        let words = date.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]), (1970...9999).contains(year)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        // Days since 1970, with years that begin in March so that the leap day is the last.
        let (y, m) = month >= 2 ? (year, month - 2) : (year - 1, month + 10)
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468
        return days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }
}
