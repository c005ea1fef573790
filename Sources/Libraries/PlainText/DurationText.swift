// SPDX-License-Identifier: Apache-2.0

/// Durations as Go and Kubernetes write them: `30s`, `1m30s`, `1.5h`, `250ms`.
package enum DurationText {
    /// The duration; nil when the text is not a duration. A number needs a unit, except `0`.
    package static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = Substring(text)
        var milliseconds = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let value = Double(number) else { return nil }
            rest = rest.dropFirst(number.count)
            guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
            milliseconds += value * unit.milliseconds
            rest = rest.dropFirst(unit.name.count)
        }
        guard milliseconds < 1e12 else { return nil }
        return .milliseconds(Int64(milliseconds.rounded()))
    }

    /// Longer names first, so that `ms` is not read as `m`.
    private static let units: [(name: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// A duration as a person reads it: `240 ms`, `4.3 s`, `2 min 5 s`.
    package static func describe(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 { return "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s" }
        return "\(milliseconds / 60_000) min \(milliseconds % 60_000 / 1_000) s"
    }
}
