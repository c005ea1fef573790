// SPDX-License-Identifier: Apache-2.0

/// A Secret as it gets into git when something slips, or is odd and right: in each stands a value that must be seen nowhere
/// but in the repository and in the cluster's Secret.
package struct MalformedSecret: Sendable, CustomStringConvertible {
    /// What is odd in it.
    package let description: String
    /// The text with words between `@` in the places of names and values.
    private let template: String

    init(_ description: String, _ template: String) {
        self.description = description
        self.template = template
    }

    /// All of them.
    package static let all: [MalformedSecret] = types + keys + scalars + syntax + metadata + objects

    /// The manifest.
    ///
    /// - Parameters:
    ///   - name: Of the object; each shape needs one of its own in a commit.
    ///   - namespace: Of the object.
    ///   - canary: The value.
    /// - Returns: YAML, or what was meant to be YAML.
    package func text(name: String, namespace: String, canary: SecretCanary) -> String {
        let words = [
            ("@HEAD@", "apiVersion: v1\nkind: Secret\nmetadata: {name: @NAME@, namespace: @SPACE@}\n"),
            ("@NAME@", name), ("@SPACE@", namespace), ("@CANARY@", canary.text), ("@NUMBER@", canary.number),
            ("@BASE64@", canary.base64), ("@HALF1@", canary.halves[0]), ("@HALF2@", canary.halves[1]),
            ("@TWICE@", canary.twice),
        ]
        var text = words.reduce(template) { $0.replacing($1.0, with: $1.1) }
        // More than annotations may have, and more than an object may: made only where it is asked for.
        for (word, count) in [("@MUCH@", 75_000), ("@LONG@", 1_000_000)] where text.contains(word) {
            text = text.replacing(word, with: String(repeating: "long", count: count))
        }
        return text
    }
}

// MARK: - Values of a wrong type

extension MalformedSecret {
    private static let types: [MalformedSecret] = [
        .init("stringData is a text", "@HEAD@stringData: @CANARY@\n"),
        .init("stringData is a list", "@HEAD@stringData: [@CANARY@]\n"),
        .init("stringData is a list of maps", "@HEAD@stringData:\n  - password: @CANARY@\n"),
        .init("stringData is a number", "@HEAD@stringData: @NUMBER@\n"),
        .init("stringData is a boolean beside the value", "@HEAD@stringData: true\ndata: {pin: @BASE64@}\n"),
        .init("stringData is written as a file of variables", "@HEAD@stringData:\n  PASSWORD=@CANARY@\n"),
        .init("data is a text", "@HEAD@data: @BASE64@\n"),
        .init("data is a list of pairs", "@HEAD@data:\n- key: password\n  value: @BASE64@\n"),
        .init("data is null beside the value", "@HEAD@data:\nstringData: {pin: @CANARY@}\n"),
        .init("a value is a list", "@HEAD@stringData: {pin: [@CANARY@]}\n"),
        .init("a value is a map", "@HEAD@stringData: {pin: {value: @CANARY@}}\n"),
        .init("a value is a number", "@HEAD@stringData: {pin: @NUMBER@}\n"),
        .init("a value in data is a number", "@HEAD@data: {pin: @NUMBER@}\n"),
        .init("a number with a sign and a fraction", "@HEAD@stringData: {pin: -@NUMBER@.0}\n"),
        .init("a boolean beside the value", "@HEAD@stringData: {flag: true, pin: @CANARY@}\n"),
        .init("null beside the value", "@HEAD@stringData: {flag: , pin: @CANARY@}\n"),
        .init("maps in maps", "@HEAD@data: {a: {b: {c: [@BASE64@]}}}\n"),
        .init("immutable is a text", "@HEAD@stringData: {pin: @CANARY@}\nimmutable: @CANARY@\n"),
        .init("type is a list", "@HEAD@stringData: {pin: @CANARY@}\ntype: [@CANARY@]\n"),
        .init("type is a number", "@HEAD@type: @NUMBER@\n"),
    ]
}

// MARK: - Keys

extension MalformedSecret {
    private static let keys: [MalformedSecret] = [
        .init("a field in small letters", "@HEAD@stringdata: {pin: @CANARY@}\n"),
        .init("a field in capital letters", "@HEAD@Data: {pin: @BASE64@}\n"),
        .init("a field with a capital letter", "@HEAD@StringData:\n  pin: @CANARY@\n"),
        .init("a field of no Secret", "@HEAD@spec: {password: @CANARY@}\n"),
        .init("a status", "@HEAD@stringData: {pin: @CANARY@}\nstatus: {pin: @CANARY@}\n"),
        .init("a key twice", "@HEAD@stringData:\n  pin: @CANARY@\n  pin: @CANARY@2\n"),
        .init("a field twice", "@HEAD@stringData: {pin: @CANARY@}\nstringData: {a: b}\n"),
        .init("a key with a blank", "@HEAD@stringData: {'pass word!': @CANARY@}\n"),
        .init("a key that leads out of its folder", "@HEAD@stringData: {'../pin': @CANARY@}\n"),
        .init("a key without letters", "@HEAD@stringData: {'': @CANARY@}\n"),
        .init("a key that is too long", "@HEAD@stringData: {\(String(repeating: "k", count: 254)): @CANARY@}\n"),
        .init("a key that is null", "@HEAD@stringData: {null: @CANARY@}\n"),
        .init("a key that is a list", "@HEAD@stringData:\n  ? [@CANARY@]\n  : x\n"),
        .init("no blank behind a colon", "@HEAD@stringData: {user: bob, TOKEN:@CANARY@}\n"),
        .init(
            "no blank behind a colon of the object",
            "{apiVersion: v1, kind: Secret, metadata: {name: @NAME@, namespace: @SPACE@}, TOKEN:@CANARY@}\n"
        ),
        .init("the same key in both, the value in stringData", "@HEAD@data: {a: b2xk}\nstringData: {a: @CANARY@}\n"),
        .init("the same key in both, the value in data", "@HEAD@data: {a: @BASE64@}\nstringData: {a: other}\n"),
        .init("SOPS", "@HEAD@stringData: {pin: @CANARY@}\nsops: {mac: @CANARY@}\n"),
    ]
}
