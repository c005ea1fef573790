// SPDX-License-Identifier: Apache-2.0

// MARK: - How the value is written

extension MalformedSecret {
    static let scalars: [MalformedSecret] = [
        .init("several lines", "@HEAD@stringData:\n  key: |\n    first\n    @CANARY@\n    last\n"),
        .init("folded lines", "@HEAD@stringData:\n  key: >-\n    @CANARY@\n    and more\n"),
        .init("lines without a block", "@HEAD@stringData:\n  key: first\n  @CANARY@\n  last\n"),
        .init("a block that ends too early", "@HEAD@stringData:\n  key: |\n    first\n @CANARY@\n"),
        .init("plain text in data", "@HEAD@data: {pin: @CANARY@}\n"),
        .init("wrapped base64", "@HEAD@data:\n  pin: |\n    @HALF1@\n    @HALF2@\n"),
        .init("wrapped base64 without a block", "@HEAD@data:\n  pin: @HALF1@\n    @HALF2@\n"),
        .init("wrapped base64 at the margin", "@HEAD@data:\n  pin: @HALF1@\n@HALF2@\n"),
        .init("base64 in small pieces", "@HEAD@data: {pin: '@HALF1@ @HALF2@'}\n"),
        .init("base64 with too much behind it", "@HEAD@data: {pin: '@BASE64@='}\n"),
        .init("base64 twice", "@HEAD@data: {pin: @TWICE@}\n"),
        .init("base64 in stringData", "@HEAD@stringData: {pin: @BASE64@}\n"),
        .init("a binary tag", "@HEAD@data:\n  pin: !!binary @BASE64@\n"),
        .init("a binary tag in stringData", "@HEAD@stringData:\n  pin: !!binary |\n    @BASE64@\n"),
        .init("an object of Python", "@HEAD@stringData:\n  pin: !!python/object:app.Secret {value: @CANARY@}\n"),
        .init("a call of Python", "@HEAD@stringData:\n  pin: !!python/object/apply:print [@CANARY@]\n"),
        .init("a tag of a vault", "@HEAD@stringData:\n  pin: !vault |\n    @CANARY@\n"),
        .init("a tag that is the value", "@HEAD@stringData:\n  pin: !@CANARY@\n"),
        .init("a tag of a number", "@HEAD@stringData: {pin: !!int @CANARY@}\n"),
        .init("an anchor and its alias", "@HEAD@stringData:\n  one: &value @CANARY@\n  two: *value\n"),
        .init("an alias without its anchor", "@HEAD@stringData: {pin: *@CANARY@}\n"),
        .init("an anchor in itself", "@HEAD@stringData:\n  a: &loop [*loop, @CANARY@]\n"),
        .init("a merged field", "@HEAD@base: &base {pin: @CANARY@}\nstringData:\n  <<: *base\n"),
        .init("a merged map", "@HEAD@stringData: {<<: {pin: @CANARY@}, user: bob}\n"),
        .init("a merged text", "@HEAD@stringData:\n  <<: @CANARY@\n"),
        .init("a merged map below another value", "@HEAD@stringData:\n  pin: other\n  <<: {pin: @CANARY@}\n"),
        .init("a value that is too large", "@HEAD@stringData: {pin: '@CANARY@@LONG@@CANARY@'}\n"),
    ]
}

// MARK: - Text that is no YAML, or hardly

extension MalformedSecret {
    static let syntax: [MalformedSecret] = [
        .init("a tab before the key", "@HEAD@stringData:\n\tpin: @CANARY@\n"),
        .init("a tab in the next line", "@HEAD@stringData:\n  pin: @CANARY@\n\tuser: bob\n"),
        .init("double quotes that do not end", "@HEAD@stringData:\n  pin: \"@CANARY@\n"),
        .init("single quotes that do not end", "@HEAD@stringData:\n  pin: '@CANARY@\n"),
        .init("text behind the quotes", "@HEAD@stringData:\n  pin: \"a\" @CANARY@\n"),
        .init("a map that does not end", "@HEAD@stringData: {pin: @CANARY@\n"),
        .init("a list that ends as a map", "@HEAD@stringData: {pin: [@CANARY@}\n"),
        .init("a colon in the value", "@HEAD@stringData:\n  pin: a: @CANARY@\n"),
        .init("an escape that does not exist", "@HEAD@stringData: {pin: \"@CANARY@\\q\"}\n"),
        .init("a zero byte beside it", "@HEAD@stringData:\n  pin: \"@CANARY@\0\"\n"),
        .init("a control character beside it", "@HEAD@stringData:\n  pin: \"\u{1}@CANARY@\"\n"),
        .init("a bell behind a comment", "@HEAD@stringData:\n  pin: @CANARY@ # \u{7}\n"),
        .init("lines of Windows", "@HEAD@stringData:\r\n  pin: @CANARY@\r\n  user: bob\r\n"),
        .init(
            "far too deep",
            "@HEAD@stringData: \(String(repeating: "[", count: 120))@CANARY@\(String(repeating: "]", count: 120))\n"
        ),
        .init(
            "as deep as it may be",
            "@HEAD@stringData: {a: \(String(repeating: "[", count: 90))@CANARY@\(String(repeating: "]", count: 90))}\n"
        ),
        .init("an unrendered template", "@HEAD@stringData: {pin: {{ \"@CANARY@\" | quote }}}\n"),
        .init("text behind the document", "@HEAD@stringData: {pin: a}\n...\n@CANARY@\n"),
        .init("text beside the marker", "--- @CANARY@\n@HEAD@"),
        .init("a directive", "%TAG ! @CANARY@\n---\n@HEAD@"),
        .init(
            "JSON with a comma too much",
            """
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "@NAME@", "namespace": "@SPACE@"},
             "stringData": {"pin": "@CANARY@",}}

            """
        ),
    ]
}
