// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@Suite struct Base64Tests {
    static let encodings: [(plain: String, base64: String)] = [
        ("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("\u{fff}", "4L+/"), ("a?>", "YT8+"),
    ]

    @Test(arguments: encodings)
    func `base64 goes both ways`(plain: String, base64: String) {
        #expect(Base64.text(of: Array(plain.utf8)) == base64)
        #expect(Base64.bytes(of: base64) == Array(plain.utf8))
        #expect(Base64.bytes(of: base64, padding: .optional) == Array(plain.utf8))
        #expect(Base64.count(of: base64) == plain.utf8.count)
    }

    @Test(arguments: [Base64.Padding.required, .optional])
    func `line breaks are passed over`(padding: Base64.Padding) {
        #expect(Base64.bytes(of: "YW\nJj\r\n", padding: padding) == Array("abc".utf8))
    }

    @Test(arguments: ["Y W", "YQ==YQ", "Y-_=", "YQ===", "é"])
    func `other text is no base64`(text: String) {
        #expect(Base64.bytes(of: text) == nil)
        #expect(Base64.bytes(of: text, padding: .optional) == nil)
        #expect(Base64.count(of: text) == nil)
    }

    @Test(arguments: [("YQ", "a"), ("YQ=", "a"), ("YWI", "ab"), ("YWI==", "ab"), ("YWJj=", "abc"), ("YWJj==", "abc")])
    func `padding is asked for, unless it may be left out`(text: String, plain: String) {
        #expect(Base64.bytes(of: text) == nil)
        #expect(Base64.count(of: text) == nil)
        #expect(Base64.bytes(of: text, padding: .optional) == Array(plain.utf8))
    }
}
