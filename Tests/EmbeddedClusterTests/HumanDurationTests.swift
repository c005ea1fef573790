// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import EmbeddedCluster
import Testing

@Suite struct HumanDurationTests {
    @Test(
        arguments: [
            (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (599, "9m59s"),
            (600, "10m"), (10_799, "179m"), (10_800, "3h"), (11_100, "3h5m"), (28_799, "7h59m"), (28_800, "8h"),
            (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"), (691_200, "8d"), (63_071_999, "729d"),
            (63_072_000, "2y"), (63_158_400, "2y1d"), (252_288_000, "8y"),
        ] as [(Int64, String)]
    )
    func `a span reads as in kubectl's age column`(seconds: Int64, text: String) {
        #expect(HumanDuration.text(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
            ("2024-02-29T23:59:59.5Z", "2024-02-29T23:59:59.500000Z"),
            ("1999-12-31T23:30:00-01:00", "2000-01-01T00:30:00.000000Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2000-03-01T00:00:00.123456789Z", "2000-03-01T00:00:00.123456Z"),
        ]
    )
    func `a time is read and written in UTC`(text: String, canonical: String) {
        #expect(ClusterTime(text)?.microText == canonical)
    }

    @Test(
        arguments: [
            "", "2026-01-02", "2026-13-02T03:04:05Z", "2026-01-02T24:04:05Z", "2026-01-02T03:04:05",
            "2026-01-02T03:04:05.Z", "2026-01-02t03:04:05Z", "2026-01-02T03:04:05+2:00",
        ]
    )
    func `what is no RFC 3339 time is refused`(text: String) {
        #expect(ClusterTime(text) == nil)
    }
}
