// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import TestKit
import Testing
import YAMLText

/// What is printed, held against kubectl where it is installed and against fixed texts everywhere.
@Suite struct EmitTests {
    static let texts: [String] = [
        "", "true", "1.0", "null", "~", "12:30:45", "1:20", "1:60", "190:20:30", "1:20:30.5", "-1:20", "0x1", "=", "<<",
        "-",
        "- a", ": a", "a: b", "a #b", "a#b", " a", "a ", "'a'", "\"a", "a\nb", "a\nb\n", "a\nb\n\n", "\na", " a\nb",
        "a\n\n b",
        "a\tb", "\ta", "a\u{1}b", "a\u{a0}b", "😀", "a\r\nb", "\n", "\n\n", " ", "a:", "a:b",
        "{a}",
        "a{b", "a,b", "[", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "?", "? a", "?a", "-a", "---", "--- a", "...",
        "y",
        "no", "+.inf", ".nan", "1_000", "0b1", ".5", "+1", "1e3", "1e400", "a \nb", "a\n b\n", "a:  #", "#", "x\n#y",
        "a\n\tb", "---\na", "a\n...\n", "x y\u{a0}z", "日本", "a\n\n\n", "0", "-0", "08", ".", "..a", "1.2.3", "é a: b",
        "a 'b' \"c\": d", "NaN", "12e03", "1__0", "\n\na\nb", "a\n \n", "a\n  ", "\u{1b}[0m", "a\\b: \\", "2001-1-1",
        "2001-01-01t01:02:03Z", "2001-01-01 1:2:3", "2001-01-01 01:02:03.5", "2001-01-01T01:02:03+01:00", "2001-02-30",
        "2001-13-01", "2001-01-01T01:02", "2001-01-01T01:02:03", "0000-01-01", "2001-001-01", "2001-01-01 01:02:03 Z",
        "2001-01-01T01:02:03,5Z", "2001-01-01T01:02:03+0100", "2004-02-29", "2100-02-29", "2001-01-01T24:00:00Z",
        String(repeating: "word ", count: 40) + "end", "'" + String(repeating: "word ", count: 40) + "end",
        "\"q: \\ \u{7} " + String(repeating: "word ", count: 40), String(repeating: "word  ", count: 30) + "end",
        "a: " + String(repeating: "two  blanks ", count: 20), String(repeating: "x", count: 200) + " y",
        "#!/bin/sh\nset -e\necho \"hi\"\n", "key: value\nlist:\n- a\n", "{\"a\": 1}\n", "-", "--", "-1",
        "- -", "\t",
        "a\u{301}", "\u{e9}", "\u{d7ff}", "\u{e000}", "\u{fffd}", "\u{10ffff}",
        "a b\u{1F600} " + String(repeating: "é ", count: 80),
    ]

    static let keys: [String] = [
        "a10", "a2", "a_b", "aB", "ab", "Ab", "a-b", "a.b", "1", "10", "2", "01", "001", "é", "a", "true", "null",
        "1.5",
        "a: b", "a\nb", "", " k", "? x", String(repeating: "w", count: 129), String(repeating: "w", count: 128), "100",
        "1a", "a1b", "a01",
        "a001", "a1.5", "A", "Z", "z", "_", "-x", "app.kubernetes.io/name", "app.kubernetes.io/part-of", "٣", "a٣",
        "k8s", "k8S", "10a", "2a",
        "1e3", "=", "y", "2001-01-01", "a100", "a0100", "a1000", "日",
    ]

    static let numbers: [Double] = [
        1.5, 1e21, 1e-7, 1e20, 0.1, 9_223_372_036_854_775_808, 1_234_567.5, 1e300, 12_345_678.25, 0.00001, 0.0001,
        0.000123,
        18_446_744_073_709_551_616, 123_456_789.123, 999_999.5, 1_000_000.5, -2.5, -1e-9, Double.leastNonzeroMagnitude,
        1.7976931348623157e308, 100_000.5,
    ]

    static let sample: JSON = {
        var sample: JSON = [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "sample"],
            "empty": [[:], [], ""],
            "nested": [1, [2, [3, []]], ["a": [["b": 1, "c": [[1], ["d": "x\ny"]]]]], "x\ny\n", nil, true],
            "maps": ["a": ["b": ["c": ["d": [:]]]]],
            "strings": .array(texts.map(JSON.string)), "numbers": .array(numbers.map(JSON.double)),
            "integers": [0, -1, .int(.max), .int(.min)],
        ]
        for (index, text) in texts.enumerated() { sample[["values", "t\(index)"]] = .string(text) }
        // Two at a time: go-yaml's order has circles (10 < 10a < 1a < 01 < 10), in which kubectl's output is random.
        var pairs: [JSON] = []
        for (index, key) in keys.enumerated() {
            for other in keys[..<index] {
                pairs.append(.object(JSONObject([key, other].map { .init(key: $0, value: 0) })))
            }
        }
        sample["pairs"] = .array(pairs)
        return sample
    }()

    @Test(.enabled(if: Kubectl.isInstalled))
    func `prints byte for byte what kubectl prints`() async throws {
        let printed = try await Kubectl.print([Array(Self.sample.text.utf8)], as: "yaml").output
        var labelled = Self.sample
        labelled["metadata"]?["labels"] = ["oracle": "x"]
        let ours = YAMLText.emit(labelled).split(separator: "\n", omittingEmptySubsequences: false)
        let theirs = printed.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(ours.count == theirs.count)
        for (ours, theirs) in zip(ours, theirs) { #expect(ours == theirs) }
    }

    @Test func `what is printed reads as the same value`() throws {
        #expect(try YAMLText.single(YAMLText.emit(Self.sample)) == YAMLText.single(Self.sample.text))
    }

    @Test(arguments: ["\u{feff}", "a\u{feff}b", "x\u{7f}y", "\u{85}", "a\u{85}b", "\u{0}", "a\u{2028}b c", "<<"])
    func `characters that kubectl spoils survive`(text: String) throws {
        #expect(try YAMLText.single(YAMLText.emit(["a": .string(text)])) == ["a": .string(text)])
        #expect(try YAMLText.single(YAMLText.emit(.object(JSONObject([.init(key: text, value: 1)]))))[text] == 1)
    }

    @Test(arguments: [
        ("a\u{202E}b", "\"a\\u202Eb\"\n"), ("\u{2066}x\u{2069}", "\"\\u2066x\\u2069\"\n"),
        ("\u{200B}\nx\n", "\"\\u200B\\nx\\n\"\n"), ("\u{645}\u{200C}\u{62E}", "\"\u{645}\\u200C\u{62E}\"\n"),
        ("\u{2028}x", "\"\\Lx\"\n"), ("a\u{2029}b", "\"a\\Pb\"\n"), ("a\u{2028}\nb", "\"a\\L\\nb\"\n"),
        ("a\u{AD}b", "\"a\\xADb\"\n"), ("\u{E0041}", "\"\\U000E0041\"\n"), ("\u{61C}a", "\"\\u061Ca\"\n"),
    ])
    func `what nobody would see is an escape in quotes, and reads as the same value`(value: String, text: String) throws
    {
        #expect(YAMLText.emit(.string(value)) == text)
        #expect(try YAMLText.single(text) == .string(value))
        let key = JSON.object(JSONObject([.init(key: value, value: 1)]))
        let written = YAMLText.emit(key)
        #expect(written.unicodeScalars.allSatisfy { !$0.isUnseen || $0 == "\n" }, "\(written.debugDescription)")
        #expect(try YAMLText.single(written) == key)
    }

    static let shapes: [(json: JSON, text: String)] = [
        ("x", "x\n"), (nil, "null\n"), ([:], "{}\n"), ([], "[]\n"), ([1, 2], "- 1\n- 2\n"), ("a\nb\n", "|\n  a\n  b\n"),
        (["a": [1, ["b": 2, "c": 3]], "d": ["e": nil]], "a:\n- 1\n- b: 2\n  c: 3\nd:\n  e: null\n"),
        ([[1, [2]], []], "- - 1\n  - - 2\n- []\n"), (["a": "no", "b": "1"], "a: \"no\"\nb: \"1\"\n"),
    ]

    @Test(arguments: shapes)
    func `a value has one shape`(json: JSON, text: String) { #expect(YAMLText.emit(json) == text) }
}
