// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The server's clock, as Kubernetes writes times.
package enum ServerTime {
    /// Now in UTC with seconds: `2026-01-02T03:04:05Z` (`metav1.Time`).
    package static func now() -> String { text(Date()) }

    /// Now in UTC with microseconds: `2026-01-02T03:04:05.000006Z` (`metav1.MicroTime`).
    package static func nowMicro() -> String {
        let date = Date()
        let fraction = date.timeIntervalSince1970.truncatingRemainder(dividingBy: 1)
        let micros = String(Int(fraction * 1_000_000))
        let whole = text(date).dropLast()
        return "\(whole).\(String(repeating: "0", count: max(0, 6 - micros.count)))\(micros)Z"
    }

    /// A time in UTC with seconds.
    package static func text(_ date: Date) -> String {
        date.formatted(.iso8601)
    }

    /// The time that `text` names; nil when it is none.
    package static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(
                text,
                strategy: .iso8601.year().month().day()
                    .time(includingFractionalSeconds: true).timeZone(separator: .omitted)
            ))
    }
}
