// SPDX-License-Identifier: Apache-2.0
import ClusterStore

/// Spans of time as kubectl's AGE column shows them: two units at most, coarser the longer they are.
package enum HumanDuration {
    /// The span's text, such as `8s`, `3m20s`, `47m`, `5h12m`, `2d4h`, `1y30d`. A span more than a second below zero is
    /// `<invalid>`: clocks may differ a little.
    package static func text(seconds: Int64) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        let (minutes, hours) = (seconds / 60, seconds / 3_600)
        if seconds < 120 { return "\(seconds)s" }
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if days < 8 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        if days < 2_920 { return pair(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }

    /// The time from an RFC 3339 text to `now`; `<unknown>` without a text, `<invalid>` when it is no time.
    package static func since(_ text: String?, now: ClusterTime) -> String {
        guard let text else { return "<unknown>" }
        guard let time = ClusterTime(text) else { return "<invalid>" }
        return self.text(seconds: now.seconds(since: time))
    }

    private static func pair(_ major: Int64, _ majorUnit: String, _ minor: Int64, _ minorUnit: String) -> String {
        minor == 0 ? "\(major)\(majorUnit)" : "\(major)\(majorUnit)\(minor)\(minorUnit)"
    }
}
