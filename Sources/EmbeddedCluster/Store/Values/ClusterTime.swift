// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// A moment as Kubernetes writes it: UTC, microseconds since 1970.
package struct ClusterTime: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Reads RFC 3339 with any zone and any fraction (`2026-01-02T03:04:05.678901Z`); nil for anything else.
    package init?(_ text: String) {
        guard let time = RFC3339Time(text) else { return nil }
        microseconds = time.seconds * 1_000_000 + Int64(time.microseconds)
    }

    /// RFC 3339 with seconds, such as `2026-01-02T03:04:05Z`: the form of `metav1.Time`.
    package var text: String { RFC3339Time(microseconds: microseconds).text(fractionDigits: 0) }

    /// RFC 3339 with microseconds, such as `2026-01-02T03:04:05.000000Z`: the form of `metav1.MicroTime`.
    package var microText: String { RFC3339Time(microseconds: microseconds).text(fractionDigits: 6) }

    /// Seconds from `earlier` to this moment, rounded down towards zero.
    package func seconds(since earlier: ClusterTime) -> Int64 {
        (microseconds - earlier.microseconds) / 1_000_000
    }

    /// This moment and some time more.
    package func advanced(by duration: Duration) -> ClusterTime {
        let (seconds, attoseconds) = duration.components
        return ClusterTime(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// By point in time.
    package static func < (left: ClusterTime, right: ClusterTime) -> Bool { left.microseconds < right.microseconds }
}
