// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// When a mask says that the value behind it changed.
@Suite struct PairMaskTests {
    private func masked(_ before: JSON, _ after: JSON, isSecret: Bool = false) -> JSON? {
        let mask = PairMask(redactor: TextMask(redactor: Redactor(hidesCommonWords: false), objects: [before, after]))
        return mask.mask(before, after, isSecret: isSecret).after
    }

    private func configMap(_ field: String, _ key: String, _ value: String) -> JSON {
        var json: JSON = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"]]
        json[[field, key]] = .string(value)
        return json
    }

    private func secret(_ value: String, note: String = "same") -> JSON {
        [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a", "annotations": ["note": .string(note)]],
            "data": ["k": .string(value)],
        ]
    }

    /// They are the same bytes when they are read as base64 without care for padding.
    @Test(arguments: [("abcdefgh1", "abcdefgh2"), ("CANARYenv1", "CANARYenv2"), ("QQ==", "QR=="), ("abcd", "abcd=")])
    func `of two passwords that only base64 could take for one it is told that they differ`(old: String, new: String) {
        let map = masked(configMap("data", "password", old), configMap("data", "password", new))
        #expect(map?[["data", "password"]]?.string == Redactor.changedMask)
        func pod(_ value: String) -> JSON {
            ["kind": "Pod", "spec": ["env": [["name": "DB_PASSWORD", "value": .string(value)]]]]
        }
        let variable = masked(pod(old), pod(new))?[["spec", "env"]]?.array?.first
        #expect(variable?["value"]?.string == Redactor.changedMask)
        let annotated = masked(secret("QQ==", note: old), secret("QQ==", note: new), isSecret: true)
        #expect(annotated?[["metadata", "annotations", "note"]]?.string == Redactor.changedMask)
        #expect(annotated?[["data", "k"]]?.string == Redactor.mask)
    }

    @Test func `a number that a Secret holds is hidden where it stands as a number, short ones apart`() throws {
        let redactor = Redactor(hidesCommonWords: false)
        for secret in ["84736251908", "12.34567890123", "5432"] { redactor.register(secret) }
        let before: JSON = ["spec": ["exp": .int(84_736_251_908), "port": .int(5432), "other": .int(11_111_111_111)]]
        let after: JSON = ["spec": ["exp": .int(1), "list": [.int(84_736_251_908), .double(12.34567890123)]]]
        let mask = PairMask(redactor: TextMask(redactor: redactor, objects: [before, after]))
        let masked = mask.mask(before, after, isSecret: false)
        for side in [masked.before, masked.after] {
            let text = try #require(side).text
            #expect(!text.contains("84736251908") && !text.contains("12.345"), "\(text)")
        }
        #expect(masked.before?[["spec", "port"]] == .int(5432))
        #expect(masked.before?[["spec", "other"]] == .int(11_111_111_111))
    }

    @Test(arguments: [("QQ==", "QR=="), ("YWJj", "YW\nJj\n")])
    func `two spellings of the same bytes are one value where the server reads bytes`(old: String, new: String) {
        let data = masked(secret(old), secret(new), isSecret: true)
        #expect(data?[["data", "k"]]?.string == Redactor.mask)
        let binary = masked(configMap("binaryData", "tls.key", old), configMap("binaryData", "tls.key", new))
        #expect(binary?[["binaryData", "tls.key"]]?.string == Redactor.mask)
    }

    @Test func `other bytes are another value`() {
        let data = masked(secret("QQ=="), secret("Qg=="), isSecret: true)
        #expect(data?[["data", "k"]]?.string == Redactor.changedMask)
        let binary = masked(configMap("binaryData", "tls.key", "QQ=="), configMap("binaryData", "tls.key", "Qg=="))
        #expect(binary?[["binaryData", "tls.key"]]?.string == Redactor.changedMask)
    }

    /// An old text, a new one, and what is shown of the new one.
    static let texts: [(String, String, String)] = [
        ("port=1\npassword=one\n", "port=1\npassword=two\nnew=1\n", "port=1\npassword=•••••• (changed)\nnew=1\n"),
        ("password=one\nport=1\n", "password=two\nport=2\n", "password=•••••• (changed)\nport=2\n"),
        ("password=one\nport=1\n", "password=one\nport=2\n", "password=••••••\nport=2\n"),
        ("password=one\nport=1\n", "password=two\nport=1\n", "password=•••••• (changed)\nport=1\n"),
        ("port=1\n", "port=2\npassword=one\n", "port=2\npassword=••••••\n"),
        ("password=one\r\nport=1\r\n", "password=two\r\nport=2\r\n", "password=•••••• (changed)\r\nport=2\r\n"),
        ("url = https://u:one@a/x\n", "url = https://u:two@b/x\n", "url = https://••••••@b/x (changed)\n"),
        (
            "[a]\npassword=one\n[b]\npassword=two\n", "[a]\npassword=two\n[b]\npassword=one\n",
            "[a]\npassword=•••••• (changed)\n[b]\npassword=•••••• (changed)\n"
        ),
        (
            "[b]\npassword=one\n", "[a]\npassword=two\n[b]\npassword=one\n",
            "[a]\npassword=••••••\n[b]\npassword=••••••\n"
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\na=1\n",
            "-----BEGIN PRIVATE KEY-----\nBB\nCC\n-----END PRIVATE KEY-----\na=2\n",
            "-----BEGIN PRIVATE KEY-----••••••-----END PRIVATE KEY----- (changed)\na=2\n"
        ),
    ]

    @Test(arguments: texts)
    func `in a text the lines are marked in which a hidden value changed`(old: String, new: String, shown: String) {
        let map = masked(configMap("data", "app.conf", old), configMap("data", "app.conf", new))
        #expect(map?[["data", "app.conf"]]?.string == shown)
    }

    @Test(.timeLimit(.minutes(1))) func `a text of many hidden lines is compared as fast as any`() {
        func text(_ value: Int) -> String {
            (0..<20_000).map { "password=value-\($0 + value)\n" }.joined()
        }
        let map = masked(configMap("data", "app.conf", text(0)), configMap("data", "app.conf", text(1) + "x"))
        #expect(map?[["data", "app.conf"]]?.string?.hasPrefix("password=•••••• (changed)\n") == true)
    }
}
