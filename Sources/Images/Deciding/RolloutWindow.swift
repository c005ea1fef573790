// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A time of the week in which image rollouts may begin: `Mon-Fri 09:00-17:00 Europe/Berlin`, `22:00-04:00`.
///
/// Days are optional (every day), and so is the time zone (UTC). A window that ends before it begins goes on over
/// midnight and belongs to the day on which it began.
package struct RolloutWindow: Sendable, Hashable, CustomStringConvertible {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// As it was written.
    package let description: String
    /// 0 is Sunday.
    private let weekdays: Set<Int>
    /// Minutes since midnight; `to` may be 24 × 60.
    private let from: Int
    private let to: Int
    private let zone: TimeZone

    /// Reads a window; nil when the text is not a window.
    package init?(_ text: String) {
        guard text.utf8.count <= 100 else { return nil }
        var words = text.split(separator: " ").map(String.init)
        guard let place = words.firstIndex(where: { $0.contains(":") }), place <= 1, words.count <= place + 2 else {
            return nil
        }
        let hours = words[place].split(separator: "-", omittingEmptySubsequences: false).map(RolloutWindow.minutes)
        guard hours.count == 2, let from = hours[0], let to = hours[1], from != to, from < 24 * 60 else { return nil }
        guard let zone = TimeZone(identifier: words.count > place + 1 ? words.removeLast() : "UTC") else { return nil }
        guard let weekdays = place == 0 ? Set(0..<7) : RolloutWindow.weekdays(words[0]) else { return nil }
        (self.from, self.to, self.zone, self.weekdays, description) = (from, to, zone, weekdays, text)
    }

    /// Whether the window is open at a time.
    package func contains(_ date: Date) -> Bool {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: date)
        guard let weekday = parts.weekday.map({ $0 - 1 }), let hour = parts.hour, let minute = parts.minute else {
            return false
        }
        let now = hour * 60 + minute
        if from < to { return weekdays.contains(weekday) && (from..<to).contains(now) }
        return weekdays.contains(weekday) && now >= from || weekdays.contains((weekday + 6) % 7) && now < to
    }

    /// `09:30` in minutes; `24:00` is the end of the day.
    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return hour * 60 + minute
    }

    /// `Mon-Fri`, `Sat,Sun`, `Fri-Mon`.
    private static func weekdays(_ text: String) -> Set<Int>? {
        var result: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .map { days.firstIndex(of: String($0)) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil else { return nil }
            result.formUnion((0...(last - first + 7) % 7).map { (first + $0) % 7 })
        }
        return result
    }
}
