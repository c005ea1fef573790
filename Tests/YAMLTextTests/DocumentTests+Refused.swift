// SPDX-License-Identifier: Apache-2.0

extension DocumentTests {
    /// A text, the line of its one error, and words of the error and its remedy; with its row as in `readable`.
    static let refused: [(row: String, name: String, text: String, line: Int, words: [String])] = [
        ("Y3", "duplicate key", "a: 1\nb: 2\na: 3\n", 3, ["'a' stands twice", "line 1"]),
        ("Y3", "duplicate after resolution", "yes: 1\ntrue: 2\n", 2, ["'true' stands twice"]),
        ("Y3", "duplicate number", "1: a\n'1': b\n", 2, ["'1' stands twice"]),
        ("Y3", "duplicate in flow", "a: {b: 1, b: 2}\n", 1, ["'b' stands twice"]),
        ("Y3", "duplicate in JSON", "{\"a\": 1,\n\"a\": 2}", 2, ["twice"]),
        ("Y4", "tab indentation", "a:\n\tb: 1\n", 2, ["cannot start any token", "spaces, never with tabs"]),
        ("", "reserved character", "a: @b\n", 1, ["cannot start any token", "quotes"]),
        ("", "colon in a value", "a: b: c\n", 1, ["mapping values are not allowed", "quotes"]),
        ("", "bad indentation", "a: 1\n  b: 2\n", 2, ["mapping values"]),
        ("", "short indentation", "a:\n   b: 1\n  c: 2\n", 3, ["did not find expected key", "indentation"]),
        ("", "list below a map", "a: 1\n- b\n", 2, ["did not find expected"]),
        ("", "open bracket", "a: [1, 2\nb: 3\n", 2, ["bracket"]),
        ("", "open quotes", "a: 'x\nb: 1\n", 1, ["end of stream", "close the quotes"]),
        ("", "open JSON", "{\"a\": 1", 1, ["close the bracket"]),
        ("Y12", "separator with text", "a: 1\n--- b\nc: 2\n", 2, ["starts with '---'", "alone"]),
        ("Y12", "separator with a map", "--- {a: 1}\n", 1, ["starts with '---'"]),
        ("Y12", "four dashes", "a: 1\n----\nb: 2\n", 2, ["starts with '---'"]),
        ("Y12", "PEM at column 0", "a: |\n  x\n-----BEGIN X-----\n", 3, ["starts with '---'", "indent"]),

        ("Y13", "text behind the end", "a: 1\n...\nb: 2\n", 3, ["document start", "line '---'"]),
        ("Y14", "directive", "%YAML 1.2\n---\na: 1\n", 1, ["document start", "'%' directive"]),
        ("Y7", "UTF-16", "\u{0}a", 1, ["control character"]),
        ("Y8", "control character", "a: 1\nb: \u{1}\n", 2, ["control character", "escape"]),
        ("Y9", "undefined alias", "a: 1\nb: *x\n", 2, ["without its anchor"]),
        ("Y9", "alias of another document", "a: &x 1\n---\nb: *x\n", 3, ["without its anchor"]),
        ("Y9", "self reference", "a: &x\n  b: *x\n", 2, ["inside of its own anchor"]),
        (
            "Y9", "<< over a key above", "a: &x {b: 1}\nc:\n  b: 2\n  <<: *x\n", 4,
            ["gives it another value", "first key"]
        ),
        ("Y9", "anchor on <<", "a: &x {b: 1}\nc: {&y <<: *x}\n", 2, ["anchor on the key <<"]),
        ("Y9", "<< of a scalar", "a: {<<: 1}\n", 1, ["needs a map"]),
        ("Y9", "<< of a list alias", "a: &x [{b: 1}]\nc: {<<: *x}\n", 2, ["needs a map"]),
        ("Y9", "<< twice", "a: {<<: {b: 1}, <<: {c: 1}}\n", 1, ["twice"]),
        ("Y18", "list as key", "? [a]\n: 1\n", 1, ["key that is a list"]),
        ("Y18", "map as key", "? {a: 1}\n: 1\n", 1, ["key that is a map"]),
        ("Y18", "null key", "~: 1\n", 1, ["key that is null"]),
        ("Y25", "template", "a: 1\nb: {{ .Values.x }}\n", 2, ["key that is a map", "template"]),
        ("Y25", "template block", "{{- if .x }}\na: 1\n", 1, ["template"]),
        ("Y25", "template directive", "a: 1\n{% if x %}\n", 2, ["template"]),
        ("Y19", "infinite", "a: .inf\n", 1, ["infinite"]),
        ("Y19", "NaN", "a:\n- .nan\n", 2, ["NaN"]),
        ("Y22", "binary", "a: !!binary aGk=\n", 1, ["!!binary"]), ("Y22", "own tag", "a: !Ref b\n", 1, ["a tag"]),
        ("Y22", "own tag of a map", "a: !Ref {b: 1}\n", 1, ["a tag"]), ("Y22", "set", "a: !!set {b}\n", 1, ["!!set"]),
        ("Y23", "long key", "a: 1\n\(String(repeating: "k", count: 1100)): 2\n", 2, ["expected ':'"]),
        ("", "unknown escape", "a: \"\\q\"\n", 1, ["escape", "single quotes"]),

        ("Y22", "unknown tag handle", "a: !x!y z\n", 1, ["tag handle"]),
    ]
}
