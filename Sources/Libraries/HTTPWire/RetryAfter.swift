// SPDX-License-Identifier: Apache-2.0
import Foundation
import PlainText

/// The `Retry-After` header (RFC 9110, 10.2.3), as registries and API servers send it.
package enum RetryAfter {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// How long to wait.
    ///
    /// - Parameters:
    ///   - text: The header's value; nil where there is none.
    ///   - now: From when a date counts.
    /// - Returns: The seconds as written, or those until the date: never negative, at most a day. Nil for anything else.
    package static func read(_ text: String?, now: Date) -> Duration? {
        guard let text = text?.prefix(100), !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) { return .seconds(min(Int(text) ?? 86_400, 86_400)) }
        guard let seconds = seconds(of: String(text)) else { return nil }
        return .seconds(min(max(0, Double(seconds) - now.timeIntervalSince1970), 86_400))
    }

    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func seconds(of date: String) -> Int? {
        let words = date.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let number = Int64(words[1]),
            let month = months.firstIndex(of: String(words[2])), let year = Int64(words[3]),
            (1970...9999).contains(year),
            let day = CalendarDay(year: year, month: Int64(month) + 1, day: number)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        return Int(day.daysSince1970) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    }
}
