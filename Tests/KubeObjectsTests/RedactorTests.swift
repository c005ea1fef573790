// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import Testing

@Suite struct RedactorTests {
    private let mask = Redactor.mask

    private func redact(_ text: String, knowing secrets: String...) -> String {
        let redactor = Redactor()
        for secret in secrets { redactor.register(secret) }
        return redactor.redact(text)
    }

    @Test func `a known secret is masked wherever it stands`() {
        #expect(redact("hunter2", knowing: "hunter2") == mask)
        #expect(redact("a hunter2, and hunter2!", knowing: "hunter2") == "a \(mask), and \(mask)!")
        #expect(redact("hunter2hunter2", knowing: "hunter2") == "\(mask)\(mask)")
        #expect(redact("hunter", knowing: "hunter2") == "hunter")
        #expect(redact("", knowing: "hunter2").isEmpty)
    }

    @Test func `a redactor in a hurry hides long texts as a whole, and searches short ones`() {
        let redactor = Redactor()
        redactor.register("hunter2")
        let long = String(repeating: "word ", count: 20_000)
        #expect(redactor.redact(long) == long)
        redactor.hurry()
        #expect(redactor.redact(long) == mask)
        #expect(redactor.redactKnown(long) == mask)
        #expect(redactor.redact("a hunter2") == "a \(mask)")
    }

    @Test func `of secrets that overlap nothing is left`() {
        #expect(redact("ab1de2gh", knowing: "ab1d", "1de2gh") == mask)
        #expect(redact("xab1de2ghx", knowing: "ab1de2gh", "ab1d", "e2gh") == "x\(mask)x")
        #expect(redact("a1a1a1", knowing: "a1a1") == mask)
        #expect(redact("ab1def ab1d", knowing: "ab1d", "ab1def") == "\(mask) \(mask)")
    }

    @Test func `base64 and percent-encoding are masked too`() {
        #expect(redact("x cGFzcyB3b3Jk y", knowing: "pass word") == "x \(mask) y")
        #expect(redact("?k=pass%20word&", knowing: "pass word") == "?k=\(mask)&")
    }

    @Test func `letters beyond ASCII are compared as bytes`() {
        #expect(redact("schlüssel", knowing: "schlüssel") == mask)
        #expect(redact("ü schlüssel ü", knowing: "schlüssel") == "ü \(mask) ü")
    }

    @Test(arguments: [
        ("postgresql.example.io", "postgresql.example.io"), ("postgres-0", "postgres-0"),
        ("shop/postgres/data", "shop/postgres/data"), ("a.postgres", "a.postgres"),
        ("user \"postgres\" failed", "user \"••••••\" failed"), ("password is postgres.", "password is ••••••."),
        ("postgres", "••••••"), ("key=postgres&", "key=••••••&"), ("- postgres", "- ••••••"),
        ("port 5432 and 15432", "port •••••• and 15432"),
    ])
    func `a short plain word is masked where it stands alone, not in names`(text: String, expected: String) {
        #expect(redact(text, knowing: "postgres", "5432") == expected)
    }

    @Test func `a long word is masked in names, too`() {
        #expect(redact("xcorrecthorsebatteryx", knowing: "correcthorsebattery") == "x\(mask)x")
    }

    @Test func `texts of fewer than four bytes are not registered`() {
        #expect(redact("abc", knowing: "abc") == "abc")
    }

    @Test func `a long line of a secret is masked on its own`() {
        let key = "-----BEGIN KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04f\n-----END KEY-----"
        #expect(redact("    MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04f", knowing: key) == "    \(mask)")
    }

    @Test(arguments: [
        ("https://ada:hunter2@example.com/x", "https://••••••@example.com/x"),
        ("Authorization: Bearer abcdef.ghi", "Authorization: Bearer ••••••"),
        ("authorization: Basic YWRhOmh1bnRlcjI=", "authorization: Basic ••••••"),
        ("GET /x?access_token=abc&y=1", "GET /x?access_token=••••••&y=1"), ("password=abc", "password=••••••"),
        ("https://example.com/a@b", "https://example.com/a@b"), ("the token is missing", "the token is missing"),
        ("Authorization failed", "Authorization failed"), ("Authorization: abcdef", "Authorization: ••••••"),
    ])
    func `what is shaped like a credential is masked`(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
    }

    @Test func `every value of a Secret is masked, in the form of the object and decoded`() throws {
        let redactor = Redactor()
        redactor.register(
            secretObject: try KubeObject([
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"],
                "data": ["k": "aHVudGVyMg=="], "stringData": ["s": "swordfish"],
            ])
        )
        #expect(redactor.redact("aHVudGVyMg== hunter2 swordfish") == "\(mask) \(mask) \(mask)")
    }

    private static let inventory = PublicKeys(
        ["inventory", "orders"],
        label: "applyset.kubernetes.io/id",
        namePrefix: "sternpost-"
    )

    @Test func `of our own inventory alone the names are shown`() throws {
        func secret(_ name: String, _ labels: JSON) throws -> KubeObject {
            let metadata: JSON = ["name": .string(name), "labels": labels]
            return try KubeObject([
                "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": ["inventory": "aHVudGVyMg=="],
            ])
        }
        let own: JSON = ["applyset.kubernetes.io/id": "applyset-x-v1"]
        let cases: [(String, JSON, Bool)] = [
            ("sternpost-a", own, true), ("a", own, false), ("sternpost-a", [:], false),
        ]
        for (name, labels, isShown) in cases {
            let redactor = Redactor()
            redactor.allow(Self.inventory)
            redactor.register(secretObject: try secret(name, labels))
            #expect(redactor.redact("hunter2").contains("hunter2") == isShown, "\(name)")
        }
    }

    @Test(arguments: ["true", "test", "default", "Admin", "5432", "8080808"])
    func `a common word that is a Secret's value is hidden in texts about that Secret only`(word: String) throws {
        let encoded = Base64.text(of: Array(word.utf8))
        let secret = try KubeObject([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"], "data": ["k": .string(encoded)],
            "stringData": ["s": .string(word)],
        ])
        let everywhere = Redactor(hidesCommonWords: false)
        everywhere.register(secretObject: secret)
        #expect(everywhere.redact("namespaces \"\(word)\" not found") == "namespaces \"\(word)\" not found")
        #expect(everywhere.redact("k: \(encoded)") == "k: \(mask)")
        let own = Redactor()
        own.register(secretObject: secret)
        #expect(own.redact("Invalid value: \"\(word)\"") == "Invalid value: \"\(mask)\"")
    }

    @Test func `of a project's own Secret neither names nor orders are hidden, and all else is`() throws {
        let redactor = Redactor()
        redactor.allow(Self.inventory)
        func register(labels: JSON) throws {
            let data: [String: String] = [
                "inventory": "posts/Deployment/web", "orders": "waiting for the audit", "other": "swordfish",
            ]
            var json: JSON = [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "sternpost-a", "labels": labels],
            ]
            for (key, value) in data { json[["data", key]] = .string(Base64.text(of: Array(value.utf8))) }
            redactor.register(secretObject: try KubeObject(json))
        }
        let text = "posts/Deployment/web: waiting for the audit, swordfish"
        try register(labels: ["applyset.kubernetes.io/id": "applyset-x-v1"])
        #expect(redactor.redact(text) == "posts/Deployment/web: waiting for the audit, \(mask)")
        try register(labels: [:])
        #expect(redactor.redact(text) == "\(mask): \(mask), \(mask)")
    }

    @Test(arguments: ["hunter2", "monkeys!", "longword", "12345678", "a-b-c", "tésts"])
    func `what is no common word is hidden everywhere`(value: String) throws {
        let everywhere = Redactor(hidesCommonWords: false)
        everywhere.register(
            secretObject: try KubeObject([
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"], "stringData": ["s": .string(value)],
            ])
        )
        #expect(everywhere.redact("x \(value) y") == "x \(mask) y")
    }

    @Test func `a token that comes again and again makes no other one forgotten`() {
        let redactor = Redactor()
        for index in 0..<200 { redactor.register(shortLived: "a-token-\(index)-") }
        for _ in 0..<1000 { redactor.register(shortLived: "a-token-199-") }
        #expect(redactor.redact("x a-token-0- y") == "x \(Redactor.mask) y")
    }

    @Test func `of tokens that live for minutes the latest are hidden, and the oldest forgotten`() {
        let redactor = Redactor()
        redactor.allow(names: ["kube-system"])
        redactor.register(shortLived: "kube-system")
        for index in 0..<1000 { redactor.register(shortLived: "a-token-\(index)-") }
        #expect(redactor.redact("x a-token-999- y") == "x \(mask) y")
        #expect(redactor.redact("x a-token-750- y") == "x \(mask) y")
        #expect(redactor.redact("x a-token-3- y") == "x a-token-3- y")
        redactor.register(shortLived: "kube-system")
        #expect(redactor.redact("Namespace kube-system") == "Namespace kube-system")
    }

    @Test func `a credential of our own is hidden even if it is a common word`() {
        let everywhere = Redactor(hidesCommonWords: false)
        everywhere.register("test")
        #expect(everywhere.redact("the password test") == "the password \(mask)")
    }

    @Test(.timeLimit(.minutes(1))) func `ten thousand secrets do not slow a text down`() {
        let redactor = Redactor()
        for number in 0..<10_000 { redactor.register("secret-number-\(number)-of-many") }
        let text = String(repeating: "a line of an ordinary manifest, with secret-number-x in it\n", count: 200)
        for _ in 0..<20 { #expect(redactor.redact(text) == text) }
        #expect(redactor.redact("secret-number-9999-of-many") == mask)
    }
}

@Suite struct TextSearchTests {
    @Test(
        arguments: [
            ("abcabd", 3), ("abd", 0), ("ab", nil), ("", nil), ("xxabdabd", 2), ("üabd", 2),
        ] as [(String, Int?)]
    )
    func `the first place is counted in bytes`(text: String, offset: Int?) {
        #expect(text.utf8Offset(of: "abd") == offset)
    }
}
