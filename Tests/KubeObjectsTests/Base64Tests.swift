// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

@Suite struct Base64Tests {
    static let encodings: [(plain: String, base64: String)] = [
        ("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("\u{fff}", "4L+/"), ("a?>", "YT8+"),
    ]

    @Test(arguments: encodings)
    func `base64 goes both ways`(plain: String, base64: String) {
        #expect(Redactor.base64(Array(plain.utf8)) == base64)
        #expect(Redactor.bytes(base64: base64) == Array(plain.utf8))
    }

    @Test func `line breaks are passed over`() {
        #expect(Redactor.bytes(base64: "YW\nJj\r\n") == Array("abc".utf8))
    }

    @Test(arguments: ["Y W", "YQ==YQ", "Y-_=", "YQ===", "é"])
    func `other text is no base64`(text: String) { #expect(Redactor.bytes(base64: text) == nil) }
}
