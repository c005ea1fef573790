// SPDX-License-Identifier: Apache-2.0
import SyncPlan
import Testing

/// Patterns of tags.
struct TagPatternTests {
    @Test(arguments: [
        ("latest", "latest", true), ("latest", "latest2", false), ("latest", "", false), ("*", "", true),
        ("*", "anything-1.2_3", true), ("**", "x", true), ("edge-*", "edge-", true), ("edge-*", "edge", false),
        ("edge-*", "an-edge-1", false), ("*-edge", "x-edge", true), ("*-edge", "edge", false), ("a*a", "a", false),
        ("a*a", "aa", true), ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("a*b*c", "abc", true),
        ("a*bc*c", "abc", false), ("1.*.0", "1.2.0", true), ("1.*.0", "1.0", false), ("*.*", "1", false),
        ("v*", "V1", false), ("*a*a*a*", "aa", false), ("*a*a*a*", "aaa", true), ("***", "", true),
    ])
    func `a star stands for any text, also for none`(pattern: String, tag: String, fits: Bool) throws {
        #expect(try #require(TagPattern(pattern)).matches(tag) == fits)
    }

    @Test(arguments: ["", " ", "a b", "ä", "a/b", "a:b", "a?", "[a]", "a,b", "a\n", String(repeating: "a", count: 129)])
    func `a text that no tag can look like is no pattern`(text: String) {
        #expect(TagPattern(text) == nil)
    }

    @Test(
        arguments: [
            ("edge", ["edge"]), ("edge, release-*", ["edge", "release-*"]), ("", nil), (",", nil), (" ", nil),
            ("edge,!", nil), ("a,b,c", ["a", "b", "c"]), ("edge,,v1", nil), ("edge,", nil), (",edge", nil),
            ("edge, ", nil), (" edge ,v1", ["edge", "v1"]),
        ] as [(String, [String]?)]
    )
    func `a list is read whole or not at all`(text: String, patterns: [String]?) {
        #expect(TagPattern.list(text)?.map(\.description) == patterns)
    }

    @Test func `many stars take no time`() throws {
        let pattern = try #require(TagPattern(String(repeating: "a*", count: 63) + "b"))
        let clock = ContinuousClock()
        let time = clock.measure { #expect(!pattern.matches(String(repeating: "a", count: 5000))) }
        #expect(time < .seconds(5))
    }
}
