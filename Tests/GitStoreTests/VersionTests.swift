// SPDX-License-Identifier: Apache-2.0
import GitStore
import Testing

@Suite struct VersionTests {
    @Test(arguments: [
        ("1.2.3", SemanticVersion(1, 2, 3)), ("v1.2.3", SemanticVersion(1, 2, 3)), ("v1.2", SemanticVersion(1, 2, 0)),
        ("1.2.3+build.5", SemanticVersion(1, 2, 3)),
        ("1.2.3-rc.1", SemanticVersion(1, 2, 3, preRelease: [.word("rc"), .number(1)])),
        ("1.2.3-x-y.0a", SemanticVersion(1, 2, 3, preRelease: [.word("x-y"), .word("0a")])),
    ])
    func `a tag is read as its version`(tag: String, version: SemanticVersion) {
        #expect(SemanticVersion(tag: tag) == version)
    }

    @Test(arguments: [
        "", "v", "1", "v1", "1.2.3.4", "01.2.3", "1.2.03", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "release-1.2.3", "1.2.x",
        "1.-2.3",
        "１.2.3", "1.2-rc.1", "1.2.9999999999999999999",
    ])
    func `a tag that is no version is passed over`(tag: String) {
        #expect(SemanticVersion(tag: tag) == nil)
    }

    @Test(arguments: [
        ("v1.1.0", "v1.0.0", "^1", true), ("v1.0.0", "v1.1.0", "^1", false), ("v1.1.0", "v1.1.0", "^1", false),
        ("v1.1", "v1.1.0", "^1", false), ("v2.0.0", "v1.9.0", "^1", false), ("main", "v1.0.0", "^1", false),
        ("v1.1.0", "v1.0.0", "no range", false), ("v1.1.0-rc.1", "v1.0.0", "^1", false),
    ])
    func `an older version is a step back only while the newer one would still be followed`(
        _ old: String,
        _ new: String,
        _ range: String,
        _ isRewind: Bool
    ) {
        #expect(VersionRange.isRewind(from: old, to: new, in: range) == isRewind)
    }

    @Test func `versions have the order of semver`() throws {
        let ascending = [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0",
            "1.0.1", "1.2.0", "1.10.0", "2.0.0",
        ]
        let versions = try ascending.map { try #require(SemanticVersion(tag: $0)) }
        for (index, left) in versions.enumerated() {
            for (other, right) in versions.enumerated() { #expect((left < right) == (index < other)) }
        }
    }

    static let ranges: [(range: String, inside: [String], outside: [String])] = [
        (">=1.2 <2", ["1.2.0", "1.99.0"], ["1.1.9", "2.0.0", "2.0.0-rc.1", "1.3.0-rc.1"]),
        (">= 1.2, < 2", ["1.2.0"], ["2.0.0"]),
        ("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0"]), ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]), ("^0.0", ["0.0.9"], ["0.1.0"]), ("^0", ["0.9.0"], ["1.0.0"]),
        ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]), ("~1.2", ["1.2.0"], ["1.3.0"]),
        ("~1", ["1.9.0"], ["2.0.0"]),
        ("1.x", ["1.0.0", "1.5.0"], ["2.0.0", "0.9.0"]), ("1.2.*", ["1.2.7"], ["1.3.0"]), ("1.2", ["1.2.7"], ["1.3.0"]),
        ("v1.2.3", ["1.2.3"], ["1.2.4"]), ("=1.2.3", ["1.2.3"], ["1.2.4"]), ("*", ["0.0.0", "9.9.9"], ["1.0.0-a"]),
        (">1.2", ["1.3.0"], ["1.2.9"]), (">1.2.3", ["1.2.4"], ["1.2.3"]), ("<=1.2", ["1.2.9"], ["1.3.0"]),
        ("<1.2", ["1.1.9"], ["1.2.0"]), ("<=1.2.3", ["1.2.3"], ["1.2.4"]),
        ("1.2 - 1.4", ["1.2.0", "1.4.9"], ["1.5.0", "1.1.0"]), ("<1 || >=2", ["0.9.0", "2.0.0"], ["1.5.0"]),
        (">=1.0 !=1.5.0", ["1.4.0"], ["1.5.0"]),
        (">=1.2.0-0 <2", ["1.2.0-rc.1", "1.5.0-a", "1.2.0"], ["2.0.0-rc.1"]), ("1.2.0-rc.1", ["1.2.0-rc.1"], ["1.2.0"]),
    ]

    @Test(arguments: ranges)
    func `a range holds these versions and not those`(range: String, inside: [String], outside: [String]) throws {
        let parsed = try VersionRange(range)
        for tag in inside { #expect(parsed.contains(try #require(SemanticVersion(tag: tag))), "\(tag)") }
        for tag in outside { #expect(!parsed.contains(try #require(SemanticVersion(tag: tag))), "\(tag)") }
    }

    @Test(arguments: ["", " ", "||", "latest", "^", ">=", "^x", "1.2.3.4", "=>1", "1 -", "main", ">=1.2 <b", "^01.2"])
    func `what is no range is refused with an example`(range: String) {
        #expect { try VersionRange(range) } throws: { error in
            (error as? GitError)?.reason == .configuration && "\(error)".contains("~1.2")
        }
    }

    @Test func `the highest tag wins by version, not by text`() throws {
        let tags = ["v1.9.0", "v1.10.0", "v1.10", "nightly", "v2.0.0-rc.1", "v1"]
        #expect(try VersionRange("*").highest(of: tags) == "v1.10.0")
        #expect(try VersionRange("*").highest(of: tags.reversed()) == "v1.10.0")
        #expect(try VersionRange("^3").highest(of: tags) == nil)
    }
}
