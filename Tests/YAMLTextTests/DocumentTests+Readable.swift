// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension DocumentTests {
    /// A text and its documents' values, as one list; with the row of the fault catalogue that it belongs to, if any.
    static let readable: [(row: String, name: String, text: String, json: JSON)] = [
        ("Y11", "nothing", "", []), ("Y11", "blank", "  \n\n", []), ("Y11", "comment", "# a\n", []),
        ("Y11", "separators", "---\n---\n---\n", []),
        ("Y11", "null", "null\n---\n~\n", []), ("", "one", "a: 1", [["a": 1]]),
        ("Y11", "trailing separator", "a: 1\n---\n", [["a": 1]]),
        ("Y11", "two", "a: 1\n---\nb: 2\n", [["a": 1], ["b": 2]]),
        ("Y12", "separator with comment", "--- # c\na: 1\n---#x\nb: 2\n", [["a": 1], ["b": 2]]),
        ("Y12", "separator with blanks", "---  \t\na: 1\n", [["a": 1]]),
        ("Y6", "separator with CRLF", "a: 1\r\n---\r\nb: 2\r\n", [["a": 1], ["b": 2]]),
        ("Y13", "end mark", "a: 1\n...\n", [["a": 1]]), ("Y13", "end mark and comment", "a: 1\n...\n# c\n", [["a": 1]]),
        ("Y5", "BOM", "\u{feff}a: 1\n", [["a": 1]]), ("Y5", "BOM before separator", "\u{feff}---\na: 1\n", [["a": 1]]),
        ("Y5", "BOM in a later document", "a: 1\n---\n\u{feff}b: 2\n", [["a": 1], ["b": 2]]),
        ("Y12", "indented dashes", "a: |\n  ---\n  b\n", [["a": "---\nb\n"]]),
        ("Y6", "CRLF in a block", "a: |\r\n  x\r\n  y\r\n", [["a": "x\ny\n"]]),
        ("Y4", "tab behind a colon", "a:\tb\n", [["a": "b"]]), ("Y4", "tab in flow", "{a:\t1}\n", [["a": 1]]),
        ("", "folded", "a: >\n  x\n  y\n\n  z\n", [["a": "x y\nz\n"]]),
        ("", "keep", "a: |+\n  x\n\nb: 1\n", [["a": "x\n\n", "b": 1]]),
        ("", "plain over lines", "a: x\n  y\n\n  z\n", [["a": "x y\nz"]]),
        ("", "quoted over lines", "a: \"x\n  y\\\n  z\"\n", [["a": "x yz"]]),
        ("", "escapes", #"a: "\x41\u00e9\U0001F600\t\_""#, [["a": "A\u{e9}\u{1F600}\t\u{a0}"]]),
        ("Y24", "escaped slash", #"a: "\/""#, [["a": "/"]]),
        ("", "JSON", "{\"a\": 1}", [["a": 1]]),
        ("", "JSON numbers", "{\"a\": 1e3, \"b\": 1.5}", [["a": 1000.0, "b": 1.5]]),
        ("Y24", "JSON surrogates", #"{"a": "\ud83d\ude00"}"#, [["a": "\u{1F600}"]]),
        ("", "JSON stream", "{\"a\": 1}\n{\"b\": 2} {\"c\": 3}\n", [["a": 1], ["b": 2], ["c": 3]]),
        ("Y24", "JSON lone surrogate", #"{"a": "\ud83d x"}"#, [["a": "\u{fffd} x"]]),
        ("", "JSON then YAML", "{\"a\": 1}\n---\nb: 2\n", [["a": 1], ["b": 2]]),
        ("", "JSON behind a separator", "---\n\n{\"a\": \"\\/\"}\n", [["a": "/"]]),
        (
            "Y24", "JSON strings keep types", #"{"a": "yes", "b": "1", "true": null}"#,
            [["a": "yes", "b": "1", "true": nil]]
        ),
        ("", "flow map", "{a: 1, b: [x, z: 2]}\n", [["a": 1, "b": ["x", ["z": 2]]]]),
        ("", "trailing comma", "{\"a\": 1,}\n", [["a": 1]]),
        ("", "flow map over lines", "{a: 1,\n b: 2}\n", [["a": 1, "b": 2]]),
        ("", "list at key's column", "a:\n- 1\n- 2\n", [["a": [1, 2]]]),
        ("", "nested lists", "- - 1\n  - 2\n- [3]\n", [[[1, 2], [3]]]),
        ("", "empty values", "a:\nb: ''\nc: {}\n", [["a": nil, "b": "", "c": [:]]]),
        ("", "explicit key", "? a\n: 1\n", [["a": 1]]),
        ("Y9", "alias", "a: &x {b: 1}\nc: *x\n", [["a": ["b": 1], "c": ["b": 1]]]),
        ("Y9", "scalar alias as key", "a: &x k\n*x : 1\n", [["a": "k", "k": 1]]),
        (
            "", "a key composed and decomposed", "caf\u{E9}: 1\ncafe\u{301}: 2\n",
            [["caf\u{E9}": 1, "cafe\u{301}": 2]]
        ),
        ("Y9", "anchor given twice", "a: &x 1\nb: &x 2\nc: *x\n", [["a": 1, "b": 2, "c": 2]]),
        (
            "Y9", "anchor given again inside its node", "a: &x {b: &x {c: 1}, d: *x}\ne: *x\n",
            [["a": ["b": ["c": 1], "d": ["c": 1]], "e": ["c": 1]]]
        ),
        (
            "Y9", "anchor given again deep inside its node", "a: &x\n- &y 1\n- [&x 2, *y]\nb: [*x, *y]\n",
            [["a": [1, [2, 1]], "b": [2, 1]]]
        ),
        ("Y9", "anchored key", "&x a: b\nc: *x\n", [["a": "b", "c": "a"]]),
        ("Y9", "merge", "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", [["a": ["b": 1, "c": 2], "d": ["b": 1, "c": 3]]]),
        (
            "Y9", "merge of a list", "a: &x {b: 1}\nd: &y {b: 2, c: 3}\ne: {<<: [*x, *y]}\n",
            [["a": ["b": 1], "d": ["b": 2, "c": 3], "e": ["b": 1, "c": 3]]]
        ),
        ("Y9", "merge in place", "a: {<<: {b: 1}, c: 2}\n", [["a": ["b": 1, "c": 2]]]),
        ("Y9", "merge below an equal key", "a: &x {b: 1}\nc: {b: 1, <<: *x}\n", [["a": ["b": 1], "c": ["b": 1]]]),
        (
            "Y9", "merge below other keys", "a: &x {b: 1}\nc: {d: 2, <<: *x}\n",
            [["a": ["b": 1], "c": ["b": 1, "d": 2]]]
        ),
        ("Y9", "tagged merge", "a: {? !!merge <<\n  : {b: 1}}\n", [["a": ["b": 1]]]),
        ("Y9", "quoted <<", "a: {'<<': {b: 1}}\n", [["a": ["<<": ["b": 1]]]]),
        ("Y9", "<< as a value", "a: <<\n", [["a": "<<"]]),
        (
            "Y9", "nested merge", "a: &x {b: 1}\nc: &y {<<: *x, d: 2}\ne: {<<: *y}\n",
            [["a": ["b": 1], "c": ["b": 1, "d": 2], "e": ["b": 1, "d": 2]]]
        ),
        ("", "brackets in texts", #"{"a": "}{", "b": "\"}"}"#, [["a": "}{", "b": "\"}"]]),
        ("", "colon without blank", "a: b:c\n", [["a": "b:c"]]),
        ("", "hash without blank", "a: b#c # d\n", [["a": "b#c"]]),
        ("", "url", "a: http://x/y?z=1&q=2\n", [["a": "http://x/y?z=1&q=2"]]),
        ("", "star inside", "a: b*c\n", [["a": "b*c"]]),
        ("Y25", "quoted template", "a: '{{ .x }}'\n", [["a": "{{ .x }}"]]),
        ("", "NEL", "a: \"x\u{85}y\"\n", [["a": "x y"]]),
        ("", "lone CR", "a: 1\rb: 2\n", [["a": 1, "b": 2]]),
        ("", "composed and decomposed keys", "\u{e9}: 1\ne\u{301}: 2\n", [["\u{e9}": 1, "e\u{301}": 2]]),
        ("", "question mark", "a: b?c\nd: ?e\n", [["a": "b?c", "d": "?e"]]),
    ]
}
