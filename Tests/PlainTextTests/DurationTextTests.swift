// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

struct DurationTextTests {
    @Test(arguments: [
        ("0", Duration.zero), ("0s", .zero), ("250ms", .milliseconds(250)), ("30s", .seconds(30)),
        ("5m", .seconds(300)), ("1m30s", .seconds(90)), ("1.5h", .seconds(5_400)),
        ("1h0m0.5s", .milliseconds(3_600_500)),
    ])
    func `durations are read as Go writes them`(text: String, expected: Duration) {
        #expect(DurationText.parse(text) == expected)
    }

    @Test(arguments: [
        "", " ", "5", "30 s", "-5s", "+5s", "5x", "s", ".s", "1.2.3s", "1e3s", "5m30", "½m", "٣s", "1d",
        "999999999999999999h",
    ])
    func `other texts are none`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        (Duration.zero, "0 ms"), (.microseconds(1_999), "1 ms"), (.milliseconds(999), "999 ms"),
        (.seconds(1), "1.0 s"), (.milliseconds(59_990), "59.9 s"), (.seconds(60), "1 min 0 s"),
        (.seconds(7_325), "122 min 5 s"),
    ])
    func `durations are told as a person reads them`(duration: Duration, expected: String) {
        #expect(DurationText.describe(duration) == expected)
    }
}
