// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

/// Points in time as the API writes them.
struct RFC3339TimeTests {
    @Test(arguments: [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
        ("2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600000Z"),
        ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"),
        ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000000Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
    ])
    func `a time is read in any zone and written in UTC`(_ text: String, _ written: String) throws {
        #expect(try #require(RFC3339Time(text)).text(fractionDigits: 6) == written)
    }

    @Test(arguments: [
        "", "2026-01-02", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+25:00", "2026-01-02T03:04:05+01:60", "2026-01-02T03:04:05Zz",
        "2026-01-02t03:04:05Z", "+026-01-02T03:04:05Z",
    ])
    func `what is no time is read as none`(_ text: String) { #expect(RFC3339Time(text) == nil) }

    @Test(arguments: [Int64.min, Int64.min + 1, -1_000_001, -1_000_000, -1, 0, 1, Int64.max - 1, Int64.max])
    func `every count of microseconds is a time, and keeps its order`(_ microseconds: Int64) {
        let time = RFC3339Time(microseconds: microseconds)
        #expect((0..<1_000_000).contains(time.microseconds))
        #expect(!time.text(fractionDigits: 6).isEmpty)
        if microseconds > .min { #expect(RFC3339Time(microseconds: microseconds - 1) < time) }
    }
}
