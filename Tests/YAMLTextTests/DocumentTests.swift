// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing
import YAMLText

/// How texts are cut into documents and what a document means.
@Suite struct DocumentTests {
    /// A text and its documents' values, as one list.
    static let readable: [(name: String, text: String, json: JSON)] = [
        ("nothing", "", []), ("blank", "  \n\n", []), ("comment", "# a\n", []), ("separators", "---\n---\n---\n", []),
        ("null", "null\n---\n~\n", []), ("one", "a: 1", [["a": 1]]), ("trailing separator", "a: 1\n---\n", [["a": 1]]),
        ("two", "a: 1\n---\nb: 2\n", [["a": 1], ["b": 2]]),
        ("separator with comment", "--- # c\na: 1\n---#x\nb: 2\n", [["a": 1], ["b": 2]]),
        ("separator with blanks", "---  \t\na: 1\n", [["a": 1]]),
        ("separator with CRLF", "a: 1\r\n---\r\nb: 2\r\n", [["a": 1], ["b": 2]]),
        ("end mark", "a: 1\n...\n", [["a": 1]]), ("end mark and comment", "a: 1\n...\n# c\n", [["a": 1]]),
        ("BOM", "\u{feff}a: 1\n", [["a": 1]]), ("BOM before separator", "\u{feff}---\na: 1\n", [["a": 1]]),
        ("BOM in a later document", "a: 1\n---\n\u{feff}b: 2\n", [["a": 1], ["b": 2]]),
        ("indented dashes", "a: |\n  ---\n  b\n", [["a": "---\nb\n"]]),
        ("CRLF in a block", "a: |\r\n  x\r\n  y\r\n", [["a": "x\ny\n"]]),
        ("tab behind a colon", "a:\tb\n", [["a": "b"]]), ("tab in flow", "{a:\t1}\n", [["a": 1]]),
        ("folded", "a: >\n  x\n  y\n\n  z\n", [["a": "x y\nz\n"]]),
        ("keep", "a: |+\n  x\n\nb: 1\n", [["a": "x\n\n", "b": 1]]),
        ("plain over lines", "a: x\n  y\n\n  z\n", [["a": "x y\nz"]]),
        ("quoted over lines", "a: \"x\n  y\\\n  z\"\n", [["a": "x yz"]]),
        ("escapes", #"a: "\x41\u00e9\U0001F600\t\_""#, [["a": "A\u{e9}\u{1F600}\t\u{a0}"]]),
        ("escaped slash", #"a: "\/""#, [["a": "/"]]),
        ("JSON", "{\"a\": 1}", [["a": 1]]), ("JSON numbers", "{\"a\": 1e3, \"b\": 1.5}", [["a": 1000.0, "b": 1.5]]),
        ("JSON surrogates", #"{"a": "\ud83d\ude00"}"#, [["a": "\u{1F600}"]]),
        ("JSON stream", "{\"a\": 1}\n{\"b\": 2} {\"c\": 3}\n", [["a": 1], ["b": 2], ["c": 3]]),
        ("JSON lone surrogate", #"{"a": "\ud83d x"}"#, [["a": "\u{fffd} x"]]),
        ("JSON then YAML", "{\"a\": 1}\n---\nb: 2\n", [["a": 1], ["b": 2]]),
        ("JSON behind a separator", "---\n\n{\"a\": \"\\/\"}\n", [["a": "/"]]),
        ("JSON strings keep types", #"{"a": "yes", "b": "1", "true": null}"#, [["a": "yes", "b": "1", "true": nil]]),
        ("flow map", "{a: 1, b: [x, z: 2]}\n", [["a": 1, "b": ["x", ["z": 2]]]]),
        ("trailing comma", "{\"a\": 1,}\n", [["a": 1]]),
        ("flow map over lines", "{a: 1,\n b: 2}\n", [["a": 1, "b": 2]]),
        ("list at key's column", "a:\n- 1\n- 2\n", [["a": [1, 2]]]),
        ("nested lists", "- - 1\n  - 2\n- [3]\n", [[[1, 2], [3]]]),
        ("empty values", "a:\nb: ''\nc: {}\n", [["a": nil, "b": "", "c": [:]]]),
        ("explicit key", "? a\n: 1\n", [["a": 1]]),
        ("alias", "a: &x {b: 1}\nc: *x\n", [["a": ["b": 1], "c": ["b": 1]]]),
        ("scalar alias as key", "a: &x k\n*x : 1\n", [["a": "k", "k": 1]]),
        ("anchor given twice", "a: &x 1\nb: &x 2\nc: *x\n", [["a": 1, "b": 2, "c": 2]]),
        ("anchored key", "&x a: b\nc: *x\n", [["a": "b", "c": "a"]]),
        ("merge", "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", [["a": ["b": 1, "c": 2], "d": ["b": 1, "c": 3]]]),
        (
            "merge of a list", "a: &x {b: 1}\nd: &y {b: 2, c: 3}\ne: {<<: [*x, *y]}\n",
            [["a": ["b": 1], "d": ["b": 2, "c": 3], "e": ["b": 1, "c": 3]]]
        ),
        ("merge in place", "a: {<<: {b: 1}, c: 2}\n", [["a": ["b": 1, "c": 2]]]),
        ("merge below an equal key", "a: &x {b: 1}\nc: {b: 1, <<: *x}\n", [["a": ["b": 1], "c": ["b": 1]]]),
        ("merge below other keys", "a: &x {b: 1}\nc: {d: 2, <<: *x}\n", [["a": ["b": 1], "c": ["b": 1, "d": 2]]]),
        ("tagged merge", "a: {? !!merge <<\n  : {b: 1}}\n", [["a": ["b": 1]]]),
        ("quoted <<", "a: {'<<': {b: 1}}\n", [["a": ["<<": ["b": 1]]]]), ("<< as a value", "a: <<\n", [["a": "<<"]]),
        (
            "nested merge", "a: &x {b: 1}\nc: &y {<<: *x, d: 2}\ne: {<<: *y}\n",
            [["a": ["b": 1], "c": ["b": 1, "d": 2], "e": ["b": 1, "d": 2]]]
        ),
        ("brackets in texts", #"{"a": "}{", "b": "\"}"}"#, [["a": "}{", "b": "\"}"]]),
        ("colon without blank", "a: b:c\n", [["a": "b:c"]]),
        ("hash without blank", "a: b#c # d\n", [["a": "b#c"]]),
        ("url", "a: http://x/y?z=1&q=2\n", [["a": "http://x/y?z=1&q=2"]]), ("star inside", "a: b*c\n", [["a": "b*c"]]),
        ("quoted template", "a: '{{ .x }}'\n", [["a": "{{ .x }}"]]), ("NEL", "a: \"x\u{85}y\"\n", [["a": "x y"]]),
        ("lone CR", "a: 1\rb: 2\n", [["a": 1, "b": 2]]),
        ("composed and decomposed keys", "\u{e9}: 1\ne\u{301}: 2\n", [["\u{e9}": 1, "e\u{301}": 2]]),
        ("question mark", "a: b?c\nd: ?e\n", [["a": "b?c", "d": "?e"]]),
    ]

    @Test(arguments: readable)
    func `a text reads as its documents`(name: String, text: String, json: JSON) throws {
        #expect(try YAMLText.documents(in: Array(text.utf8)).map(\.json) == json.array)
    }

    /// A text, the line of its one error, and words of the error and its remedy.
    static let refused: [(name: String, text: String, line: Int, words: [String])] = [
        ("duplicate key", "a: 1\nb: 2\na: 3\n", 3, ["'a' stands twice", "line 1"]),
        ("duplicate after resolution", "yes: 1\ntrue: 2\n", 2, ["'true' stands twice"]),
        ("duplicate number", "1: a\n'1': b\n", 2, ["'1' stands twice"]),
        ("duplicate in flow", "a: {b: 1, b: 2}\n", 1, ["'b' stands twice"]),
        ("duplicate in JSON", "{\"a\": 1,\n\"a\": 2}", 2, ["twice"]),
        ("tab indentation", "a:\n\tb: 1\n", 2, ["cannot start any token", "spaces, never with tabs"]),
        ("reserved character", "a: @b\n", 1, ["cannot start any token", "quotes"]),
        ("colon in a value", "a: b: c\n", 1, ["mapping values are not allowed", "quotes"]),
        ("bad indentation", "a: 1\n  b: 2\n", 2, ["mapping values"]),
        ("short indentation", "a:\n   b: 1\n  c: 2\n", 3, ["did not find expected key", "indentation"]),
        ("list below a map", "a: 1\n- b\n", 2, ["did not find expected"]),
        ("open bracket", "a: [1, 2\nb: 3\n", 2, ["bracket"]),
        ("open quotes", "a: 'x\nb: 1\n", 1, ["end of stream", "close the quotes"]),
        ("open JSON", "{\"a\": 1", 1, ["close the bracket"]),
        ("separator with text", "a: 1\n--- b\nc: 2\n", 2, ["starts with '---'", "alone"]),
        ("separator with a map", "--- {a: 1}\n", 1, ["starts with '---'"]),
        ("four dashes", "a: 1\n----\nb: 2\n", 2, ["starts with '---'"]),
        ("PEM at column 0", "a: |\n  x\n-----BEGIN X-----\n", 3, ["starts with '---'", "indent"]),

        ("text behind the end", "a: 1\n...\nb: 2\n", 3, ["document start", "line '---'"]),
        ("directive", "%YAML 1.2\n---\na: 1\n", 1, ["document start", "'%' directive"]),
        ("UTF-16", "\u{0}a", 1, ["control character"]),
        ("control character", "a: 1\nb: \u{1}\n", 2, ["control character", "escape"]),
        ("undefined alias", "a: 1\nb: *x\n", 2, ["without its anchor"]),
        ("alias of another document", "a: &x 1\n---\nb: *x\n", 3, ["without its anchor"]),
        ("self reference", "a: &x\n  b: *x\n", 2, ["inside of its own anchor"]),
        ("<< over a key above", "a: &x {b: 1}\nc:\n  b: 2\n  <<: *x\n", 4, ["gives it another value", "first key"]),
        ("<< of a scalar", "a: {<<: 1}\n", 1, ["needs a map"]),
        ("<< of a list alias", "a: &x [{b: 1}]\nc: {<<: *x}\n", 2, ["needs a map"]),
        ("<< twice", "a: {<<: {b: 1}, <<: {c: 1}}\n", 1, ["twice"]),
        ("list as key", "? [a]\n: 1\n", 1, ["key that is a list"]),
        ("map as key", "? {a: 1}\n: 1\n", 1, ["key that is a map"]), ("null key", "~: 1\n", 1, ["key that is null"]),
        ("template", "a: 1\nb: {{ .Values.x }}\n", 2, ["key that is a map", "template"]),
        ("template block", "{{- if .x }}\na: 1\n", 1, ["template"]),
        ("template directive", "a: 1\n{% if x %}\n", 2, ["template"]), ("infinite", "a: .inf\n", 1, ["infinite"]),
        ("NaN", "a:\n- .nan\n", 2, ["NaN"]),
        ("binary", "a: !!binary aGk=\n", 1, ["!!binary"]), ("own tag", "a: !Ref b\n", 1, ["a tag"]),
        ("own tag of a map", "a: !Ref {b: 1}\n", 1, ["a tag"]), ("set", "a: !!set {b}\n", 1, ["!!set"]),
        ("long key", "a: 1\n\(String(repeating: "k", count: 1100)): 2\n", 2, ["expected ':'"]),
        ("unknown escape", "a: \"\\q\"\n", 1, ["escape", "single quotes"]),

        ("unknown tag handle", "a: !x!y z\n", 1, ["tag handle"]),
    ]

    @Test(arguments: refused)
    func `an error has a line, a problem and a remedy`(name: String, text: String, line: Int, words: [String]) {
        let reading = YAMLText.read(Array(text.utf8))
        let text = reading.errors.first?.description ?? "no error"
        #expect(reading.errors.count == 1, "\(reading.errors)")
        #expect(reading.errors.first?.line == line, "\(text)")
        #expect(reading.errors.first?.remedy.isEmpty == false, "\(text)")
        for word in words { #expect(text.contains(word), "\(text)") }
    }

    @Test(arguments: [
        [0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61], [0x61, 0x3A, 0x20, 0xE9, 0x0A], [0x61, 0x3A, 0x20, 0xC0, 0x80],
    ])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        let errors = YAMLText.read(bytes).errors
        #expect(errors.count == 1)
        #expect(errors.first?.description.contains("UTF-") == true)
    }

    @Test func `a broken document hides neither the others nor their errors`() {
        let reading = YAMLText.read(Array("a: [\n---\nb: 1\n---\nc: 1\nc: 2\nd: .inf\nd: 3\n--- x\ne: @\n".utf8))
        #expect(reading.documents.map(\.json) == [["b": 1]])
        #expect(reading.documents.map(\.line) == [3])
        #expect(reading.errors.map(\.line) == [1, 6, 7, 8, 9, 10])
    }

    @Test func `a separator cuts through quotes`() {
        #expect(YAMLText.read(Array("a: 'x\n---\n'\n".utf8)).errors.map(\.line) == [1, 3])
    }

    @Test func `paths have lines`() throws {
        let text = "# c\n---\n\nmetadata:\n  name: a\n  labels: {x: y}\nitems:\n- a\n-\n  b: 1\n- &z {c: 2}\n- *z\n"
        let document = try #require(try YAMLText.documents(in: Array(text.utf8)).first)
        #expect(document.line == 4)
        #expect(document.line(of: ["metadata"]) == 4)
        #expect(document.line(of: ["metadata", "name"]) == 5)
        #expect(document.line(of: ["metadata", "labels", "x"]) == 6)
        #expect(document.line(of: ["metadata", "missing", "x"]) == 5)
        #expect(document.line(of: ["items", 1, "b"]) == 10)
        #expect(document.line(of: ["items", 3, "c"]) == 12)
        #expect(document.line(of: ["nowhere"]) == 4)
        #expect(document.lines(ofElementsAt: ["items"], count: 4) == [8, 10, 11, 12])
        #expect(document.lines(ofElementsAt: ["metadata"], count: 2) == [4, 4])
    }

    @Test func `one document is one value`() throws {
        #expect(try YAMLText.single("") == nil)
        #expect(try YAMLText.single("a: 1\n---\n") == ["a": 1])
        #expect(throws: YAMLError.self) { try YAMLText.single("a: 1\n---\nb: 2\n") }
    }
}
