// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing
import YAMLText

/// Texts made to cost much cost little.
@Suite struct LimitTests {
    private static func bomb(levels: Int, width: Int) -> String {
        var text = "a0: &a0 [x, x, x]\n"
        for level in 1...levels {
            let aliases = Array(repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        return text
    }

    typealias Costly = (name: String, text: String, word: String)

    private static let bombs: [Costly] = [
        ("billion laughs", bomb(levels: 9, width: 9), "grows beyond"),
        (
            "quadratic",
            "a: &a \(String(repeating: "x", count: 100_000))\nb: [\(Array(repeating: "*a", count: 5000).joined(separator: ","))]\n",
            "grows beyond"
        ),
        (
            "merge bomb",
            "a0: &a0 {k: v}\n"
                + (1...40).map { "a\($0): &a\($0) {x\($0): *a\($0 - 1), y\($0): *a\($0 - 1)}\n" }.joined(),
            "grows beyond"
        ),
    ]

    private static let deep: [Costly] = [
        ("open brackets", String(repeating: "[", count: 100_000), "nested deeper"),
        ("open braces", String(repeating: "{a: ", count: 100_000), "nested deeper"),
        (
            "JSON brackets",
            "{\"a\": " + String(repeating: "[", count: 50_000) + String(repeating: "]", count: 50_000) + "}",
            "nested deeper"
        ),
        ("block lists", String(repeating: "- ", count: 50_000) + "a\n", "nested deeper"),
        ("indentation", (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined(), "nested deeper"),
        (
            "depth by aliases", "a0: &a0 [x]\n" + (1...120).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined(),
            "nested deeper"
        ),
        ("question marks", String(repeating: "? ", count: 50_000), "nested deeper"),
    ]

    private static let large: [Costly] = [
        ("many nodes", "[" + String(repeating: "1,", count: 1_100_000) + "]", "grows beyond"),
        ("many documents", String(repeating: "a: 1\n---\n", count: 20_001), "more than 20000 documents"),
        ("many empty documents", String(repeating: "#\n---\n", count: 20_001), "more than 20000 documents"),
        ("a million separators", String(repeating: "---\n", count: 1_000_000), "more than 20000 documents"),
        ("too large", String(repeating: "#\n", count: 9 << 20), "larger than"),
    ]

    /// What is refused late takes minutes, and then the time limit of the test ends it.
    private func expectRefusal(_ name: String, in table: [Costly]) throws {
        let (_, text, word) = try #require(table.first { $0.name == name })
        let error = try #require(YAMLText.read(Array(text.utf8)).errors.first)
        #expect(error.problem.contains(word), "\(error)")
        #expect(!error.remedy.isEmpty, "\(error)")
    }

    @Test(.timeLimit(.minutes(1)), arguments: bombs.map(\.name))
    func `Y1: a text that aliases blow up is refused at the limit`(name: String) throws {
        try expectRefusal(name, in: Self.bombs)
    }

    @Test func `Y1: expanded nodes and bytes are counted to the one`() throws {
        // A list of three around an anchored list of two: 1 + (1 + 2), then 3 more for each of two aliases.
        let text = Array("[&x [1, 2], *x, *x]\n".utf8)
        #expect(try YAMLText.documents(in: text, limits: YAMLLimits(maxNodes: 10)).count == 1)
        #expect(throws: YAMLErrors.self) { try YAMLText.documents(in: text, limits: YAMLLimits(maxNodes: 9)) }
        #expect(try YAMLText.documents(in: text, limits: YAMLLimits(maxExpandedBytes: 6)).count == 1)
        #expect(throws: YAMLErrors.self) { try YAMLText.documents(in: text, limits: YAMLLimits(maxExpandedBytes: 5)) }
    }

    @Test(.timeLimit(.minutes(1)), arguments: deep.map(\.name))
    func `Y2: a text that nests too deep is refused at the limit`(name: String) throws {
        try expectRefusal(name, in: Self.deep)
    }

    @Test func `Y2: reading ends on the line that goes too deep`() {
        let text = String(repeating: "[\n", count: 100_000)
        DocumentTests.expectOneError(in: Array(text.utf8), line: 101, words: ["nested deeper than 100 levels"])
    }

    @Test func `anchors have a number and a length`() throws {
        let names = (0..<10_001).map { "- &a\($0) x\n" }
        #expect(try YAMLText.documents(in: Array(names.dropLast().joined().utf8)).count == 1)
        let again = names.dropLast().joined() + "- &a0 z\n- *a0\n"
        #expect(try YAMLText.documents(in: Array(again.utf8)).first?.json.array?.last == "z")
        let many = Array(names.joined().utf8)
        DocumentTests.expectOneError(in: many, line: 10_001, words: ["more than 10000 anchors", "split"])
        let long = String(repeating: "a", count: 129)
        DocumentTests.expectOneError(in: Array("a: 1\nb: &\(long) x\n".utf8), line: 2, words: ["more than 128 bytes"])
        #expect(try YAMLText.documents(in: Array("b: &\(long.dropLast()) x\n".utf8)).count == 1)
    }

    @Test(.timeLimit(.minutes(1)), arguments: large.map(\.name))
    func `a text beyond a limit is refused at once`(name: String) throws {
        try expectRefusal(name, in: Self.large)
    }

    @Test func `a document counts whether it is good, empty or faulty`() throws {
        let limits = YAMLLimits(maxDocuments: 2)
        for text in ["a: 1\n---\nb: 1\n", "# c\n---\nb: 1\n---\n", "a: @\n---\n  # c\n---\n"] {
            let enough = YAMLText.read(Array(text.utf8), limits: limits)
            #expect(enough.errors.allSatisfy { !$0.problem.contains("documents") })
            let more = YAMLText.read(Array("\(text)---\nc: 1\n---\nd: 1\n".utf8), limits: limits)
            #expect(more.errors.last?.problem == "more than 2 documents")
        }
    }

    @Test(arguments: [
        ("\t\n", true), ("# \u{1}\n", true), ("# é\n", false), ("# a\rb: 1\n", false), ("--- # c\r\n", false),
        (" # c\r\n\n", false), ("\u{2028}", false),
    ])
    func `a part that looks empty is passed over only if it is`(text: String, isFaulty: Bool) {
        let reading = YAMLText.read(Array("a: 1\n---\n\(text)".utf8))
        #expect(reading.errors.isEmpty != isFaulty, "\(reading.errors)")
        #expect(reading.documents.first?.json == ["a": 1])
        #expect(reading.documents.count == (text.contains("b: 1") ? 2 : 1))
    }

    @Test func `just below the limits a text is read`() throws {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(try YAMLText.documents(in: Array(deep.utf8)).count == 1)
        #expect(throws: YAMLErrors.self) { try YAMLText.documents(in: Array("[\(deep)]".utf8)) }
        let limits = YAMLLimits(maxBytes: 5, maxDocuments: 1, maxNodes: 3)
        #expect(try YAMLText.documents(in: Array("a: 1\n".utf8), limits: limits).count == 1)
        #expect(throws: YAMLErrors.self) { try YAMLText.documents(in: Array("[1,2]".utf8 + [0x0A]), limits: limits) }
        #expect(throws: YAMLErrors.self) { try YAMLText.documents(in: Array("[1,,2".utf8), limits: limits) }
    }

    @Test(arguments: ["- .nan\n---\n", "--- x\n", "a: @\n---\n"])
    func `reading ends at two hundred errors`(piece: String) {
        let errors = YAMLText.read(Array(String(repeating: piece, count: 15_000).utf8)).errors
        #expect(errors.count == 200)
        #expect(errors.last?.problem == "more than 199 errors: the rest of the text is not read")
    }

    @Test func `problems of one document are counted out`() {
        let text = (0..<10_000).map { _ in "- .nan\n" }.joined()
        #expect(YAMLText.read(Array(text.utf8)).errors.count == 50)
    }
}
