// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing
import YAMLText

/// Texts that once cost the square of their length. A suite's time limit ends what does so again: these take a second.
@Suite(.timeLimit(.minutes(1))) struct LinearReadingTests {
    private func errors(_ text: String) -> [YAMLError] { YAMLText.read(Array(text.utf8)).errors }

    @Test(arguments: ["\n", "\r", "\r\n", "\u{85}", "\u{2028}"])
    func `twenty thousand directives are refused at the first`(lineBreak: String) {
        let directives = (0..<20_000).map { "%TAG !t\($0)! x" }.joined(separator: lineBreak)
        for start in ["", "# a comment\(lineBreak)", "\u{FEFF}", "\(lineBreak)  \(lineBreak)"] {
            #expect(errors("\(start)\(directives)\(lineBreak)").first?.remedy.contains("directive") == true)
        }
    }

    @Test(
        arguments: [
            ("a: 1\n...\n", 3), ("a: 1\n...  # c\n", 3), ("a: 1\n...\n...\n\n# c\n", 6), ("--- # c\r", 1),
            ("{a: 1}\n", 2), ("\"a\"\n# c\n", 3), ("é\n...\n", 3), ("a: 1\n...\u{2028}", 2),
        ]
    )
    func `twenty thousand directives behind a document are refused at the first`(start: String, line: Int) {
        let directives = (0..<20_000).map { "%TAG !t\($0)! x\n" }.joined()
        let errors = errors(start + directives)
        #expect(errors.map(\.line) == [line])
        #expect(errors.first?.remedy.contains("directive") == true)
    }

    @Test func `a line that starts with a percent sign inside of quotes is text`() throws {
        let text = "---\na: \"x\n%TAG y\"\n...\n# % c\n"
        let json = try #require(YAMLText.read(Array(text.utf8)).documents.first).json
        #expect(json == ["a": "x %TAG y"])
    }

    @Test func `keys that are maps are looked at fifty times, not thirty thousand times`() {
        let lines = String(repeating: "#\n", count: 40_000)
        let text = "a: {\n\(lines)" + String(repeating: "[a]: b,\n", count: 30_000) + "}\n"
        #expect(errors(text).count == 50)
    }

    @Test func `of many merge keys in one map one is applied`() {
        let keys = (0..<20_000).map { "k\($0): 1\n" }.joined()
        let text = keys + String(repeating: "<<: {a: 1}\n", count: 20_000)
        #expect(errors(text).count == 50)
    }

    @Test func `a large map is merged in one go`() throws {
        let base = (0..<40_000).map { "  k\($0): 1\n" }.joined()
        let own = (0..<40_000).map { "  k\($0)x: 1\n" }.joined()
        let text = "a: &a\n\(base)b:\n  <<: *a\n\(own)"
        let reading = YAMLText.read(Array(text.utf8))
        #expect(reading.errors.isEmpty)
        #expect(try #require(reading.documents.first).json["b"]?.object?.count == 80_000)
    }

    @Test func `an earlier map of a merged list wins, and the map's own keys win over both`() throws {
        let text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  c: 3\n"
        let json = try #require(YAMLText.read(Array(text.utf8)).documents.first).json
        #expect(json["z"] == ["a": 1, "b": 1, "c": 3])
    }
}
