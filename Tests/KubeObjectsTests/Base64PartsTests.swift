// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@testable import KubeObjects

/// A Secret's value is hidden in Base64, wherever in the encoded text it begins and ends.
@Suite struct Base64PartsTests {
    private static let password = "hunter2-hunter2?>~"

    private static func encoded(_ text: String, forURLs: Bool) -> String {
        let encoded = Base64.text(of: Array(text.utf8))
        return forURLs ? encoded.replacing("+", with: "-").replacing("/", with: "_") : encoded
    }

    @Test(arguments: ["", "a", "ab", "abc", "user:"], ["", ":", "::", "\nrest"])
    func `a value is hidden at each place of a text in Base64`(front: String, end: String) {
        let redactor = Redactor()
        redactor.register(Self.password)
        for forURLs in [false, true] {
            let text = Self.encoded(front + Self.password + end, forURLs: forURLs)
            let shown = redactor.redact("got \(text) here")
            #expect(shown.contains(Redactor.mask), "\(text) is shown as \(shown)")
            // Of the ends at most one letter each, which has bits of what stands beside it.
            let most = (front.utf8.count * 8 + 5) / 6 + (end.utf8.count * 8 + 5) / 6 + 4
            let left = shown.replacing(Redactor.mask, with: "").utf8.count - "got  here".utf8.count
            #expect(left <= most, "\(text) is shown as \(shown)")
        }
    }

    @Test func `the password of a login in a header's value alone is hidden, if it has eight bytes`() {
        let redactor = Redactor()
        redactor.register("swordfish")
        // Four, five and six bytes stand in front of it.
        for user in ["ada", "adam", "admin"] {
            let login = Base64.text(of: Array("\(user):swordfish".utf8))
            #expect(redactor.redact(login).contains(Redactor.mask), "\(login)")
        }
        #expect(Base64Parts.all(of: Array("seven-7".utf8)).isEmpty)
        #expect(Base64Parts.all(of: Array("eight-88".utf8)).count == 3)
    }

    @Test func `a look of letters alone is found inside of a longer run`() {
        var known = KnownSecrets()
        known.insert(part: Array("abcdefghij".utf8))
        #expect(known.ranges(in: Array("xxabcdefghijxx".utf8)) == [2..<12])
    }

    @Test func `looks in Base64 never take the room of secrets themselves`() {
        var known = KnownSecrets(maxTexts: 10, maxBlocks: 10)
        for number in 100..<120 { known.insert(part: Array("part-\(number)-".utf8)) }
        #expect(known.count == 5)
        for number in 0..<10 { known.insert(Array("secret-\(number)-".utf8)) }
        for number in 0..<10 { #expect(!known.ranges(in: Array("secret-\(number)-".utf8)).isEmpty) }
        for number in 200..<220 { known.insert(part: Array("part-\(number)-".utf8)) }
        #expect(known.count == 15)
    }

    @Test func `long looks in Base64 never take the room of long secrets`() {
        func long(_ name: String, _ number: Int) -> [UInt8] {
            Array("\(name)-\(number)-".utf8) + Array(repeating: UInt8(ascii: "x"), count: 60)
        }
        func block(_ name: String, _ number: Int) -> [UInt8] {
            Array(long(name, number).prefix(KnownSecrets.blockBytes))
        }
        var known = KnownSecrets(maxTexts: 10, maxBlocks: 10)
        for number in 100..<120 { known.insert(part: block("part", number)) }
        #expect(known.count == 5)
        for number in 100..<110 { known.insert(block("secret", number)) }
        for number in 100..<110 { #expect(!known.ranges(in: block("secret", number)).isEmpty) }
        #expect(known.count == 15)
    }
}
