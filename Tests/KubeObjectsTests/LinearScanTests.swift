// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@testable import KubeObjects

/// Bytes that count how often they are read, so that a test sees what a scan costs without a clock.
private struct CountedBytes: RandomAccessCollection {
    final class Counter {
        var reads = 0
    }

    private let bytes: [UInt8]
    let counter = Counter()

    init(_ text: String) { bytes = Array(text.utf8) }

    var startIndex: Int { 0 }
    var endIndex: Int { bytes.count }
    subscript(index: Int) -> UInt8 {
        counter.reads += 1
        return bytes[index]
    }
}

/// What looks for secrets in a text takes time in proportion to the text, whatever stands in it.
@Suite struct LinearScanTests {
    private static let pieces = [
        "a", "0", "f", "://", "a://", "a@", "://a@", "authorization ", "Authorization: ", "authorization: bearer ",
        "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----END ", "-", "--", " -a", ".-a", "_-", "a/", "/a.", "=",
        "a=", "a:", ": ",
        "= ", "token=", "token: ", "password=\"", "\\\"", "\"a\":\"", "\"password\":\"x\",", "token", "--token ", "a.",
        "\u{301}", "é", " ", "\n", "password = ", "Pass", "pwd:", "'", "{", "\\", "BEGIN", "a.b-c_d:",
    ]

    private static func text(_ piece: String, bytes: Int, ending: String) -> String {
        String(repeating: piece, count: bytes / piece.utf8.count + 1) + ending
    }

    /// How many times as many bytes are read when the text is twice as long.
    private static func growth(
        _ piece: String,
        behind start: String = "",
        ending: String,
        _ scan: (CountedBytes) -> Void
    ) -> Double {
        func reads(_ bytes: Int) -> Int {
            let counted = CountedBytes(start + text(piece, bytes: bytes, ending: ending))
            scan(counted)
            return counted.counter.reads
        }
        return Double(reads(2_400)) / Double(max(reads(1_200), 1))
    }

    @Test(arguments: pieces, ["", "://x@", "password"])
    func `looking for the shape of a credential reads a text in proportion`(piece: String, ending: String) {
        for form in [Redactor.Form.message, .document] {
            let growth = Self.growth(piece, ending: ending) { _ = CredentialShapes.ranges(in: $0, form: form) }
            #expect(growth < 2.5)
        }
    }

    private static let names = ["db-2f8a9c1d7b", "2f8a9c1d7b", String(repeating: "2f8a9c1d7b.", count: 20) + "a"]

    private static let named = [
        "2f8a9c1d7b", "2f8a9c1d7b.", "2f8a9c1d7b:", "2f8a9c1d7b: ", "db-2f8a9c1d7b_", "x9y8z7w6v5.",
        "secret: db-2f8a9c1d7b ", "secret: db-2f8a9c1d7b:", "secret: \"db-2f8a9c1d7b\".", "secret: x9y8z7w6v5 ",
        "secret:\"2f8a9c1d7b.secret:\"", "secret: a/a/a.yaml:1:1 ", "secret: x9y8z7w6v5/a/a.yaml:1:1 ",
        "x9y8z7w6v5/a:",
    ]

    @Test(arguments: pieces + named, ["", "token: ", "token: 2f8a9c1d7b."])
    func `looking whether a credential is a known name reads a text in proportion`(piece: String, start: String) {
        var known = PublicNames()
        for name in Self.names { known.insert(name) }
        known.insert(path: "a/a/a.yaml")
        let growth = Self.growth(piece, behind: start, ending: "") {
            _ = CredentialShapes.ranges(in: $0, form: .message, besides: [known])
        }
        #expect(growth < 2.5)
    }

    @Test func `a known name costs a few more readings than none`() {
        var known = PublicNames()
        for name in Self.names { known.insert(name) }
        let text = String(repeating: "secret: db-2f8a9c1d7b ", count: 100)
        let (plain, named) = (CountedBytes(text), CountedBytes(text))
        let masked = CredentialShapes.ranges(in: plain, form: .message)
        let shown = CredentialShapes.ranges(in: named, form: .message, besides: [known])
        #expect(masked.count == 100 && shown.isEmpty)
        #expect(named.counter.reads > plain.counter.reads && named.counter.reads < plain.counter.reads * 4)
    }

    @Test(arguments: pieces + pieces.map { Base64.text(of: Array(String(repeating: $0, count: 12).utf8)) })
    func `looking for known secrets reads a text in proportion`(piece: String) {
        var known = KnownSecrets()
        for length in [4, 5, 6, 7, 9, 16, 33, 63, 64, 65, 200, 1000] {
            known.insert(Array(Self.text(piece, bytes: length, ending: "").utf8))
        }
        for length in [8, 9, 10, 33, 200] {
            for part in Base64Parts.all(of: Array(Self.text(piece, bytes: length, ending: "").utf8)) {
                known.insert(part: part)
            }
        }
        known.allow(String(repeating: "a", count: 30))
        known.allow("a.b-c_d")
        known.allow(path: "a/a/a.b-c_d.yaml")
        let growth = Self.growth(piece, ending: "") { _ = known.ranges(in: $0) }
        #expect(growth < 2.5)
    }

    private static let escapes = [
        "\\", "\\\"", "\\\\\"", "\\n", "\\u00e9", "\\ud83d", "\\ud83d\\ude00", "\\u{", "\\u{e9}", "\\x",
        "\\xe2\\x82\\xac", "\\L",
        "\\0", "\\303\\251", "\\U0001f600", "\\\n  ", "\"\n  ", "\n\n", "&", "&amp;", "&#", "&#x22;", "&quot", "%",
        "%4", "%41",
        "''", "\"\"", "'\\''", "\\&amp;%22''", "%5C%22", "%252541", "\\u0026quot;",
    ]

    @Test(arguments: pieces + escapes)
    func `looking behind escapes reads a text in proportion, and makes few texts of it`(piece: String) {
        var memory = SecretMemory()
        for length in [4, 5, 9, 33, 64, 200] {
            memory.lasting.insert(Array(Self.text(piece, bytes: length, ending: "").utf8))
        }
        let growth = Self.growth(piece, ending: "") { _ = SecretMemory.ranges(in: $0, knownTo: [memory]) }
        #expect(growth < 2.5)
        let text = Array(Self.text(piece, bytes: 1_200, ending: "").utf8)
        var sizes: [Int] = []
        UnescapedText.forEach(of: text) { sizes.append($0.bytes.count) }
        // Only YAML's two letters for a line separator are shorter than what they stand for.
        #expect(sizes.count <= 17 && sizes.allSatisfy { $0 <= text.count * 3 / 2 })
    }

    @Test(arguments: [
        "a: '', b: \"\"\nc: [\"\", '']", "?x=1&y=2&amp", "100% of 5%", "a && b", "it's", "plain \"text\"\n  indented\n",
    ])
    func `a text without escapes is looked through once`(text: String) {
        var count = 0
        UnescapedText.forEach(of: Array(text.utf8)) { _ in count += 1 }
        #expect(count == 0)
    }

    @Test func `a run of letters beside a URL is read a few times, not thousands of times`() {
        let counted = CountedBytes(String(repeating: "a", count: 16_000) + "\nhttp://x")
        _ = CredentialShapes.ranges(in: counted, form: .document)
        #expect(counted.counter.reads < 16_000 * 10)
    }

    @Test func `of many secrets that begin alike few lengths are looked for, and each is still hidden whole`() {
        var known = KnownSecrets()
        let start = Array("a-a-".utf8)
        let secrets = (4..<64).map { length in
            start + (4..<length).map { UInt8(0x30 + ($0 * 7 + length) % 10) }
        }
        for secret in secrets { known.insert(secret) }
        #expect(known.lengthCount(beginningWith: start) <= 6)
        for secret in secrets {
            let text: [UInt8] = [0x20] + secret + [0x20]
            let ranges = known.ranges(in: text)
            #expect(ranges.first?.lowerBound == 1 && ranges.last?.upperBound == secret.count + 1)
            #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        }
    }

    @Test func `what is known of secrets is bounded, and of each long one at least the ends are known`() {
        var known = KnownSecrets(maxTexts: 10, maxBlocks: 640)
        func long(_ number: Int) -> [UInt8] { (0..<600).flatMap { Array("\(number)-\($0);".utf8) } }
        for number in 100..<117 { known.insert(long(number)) }
        for number in 0..<100 { known.insert(Array("short-\(number)!".utf8)) }
        #expect(known.count <= 10 + 660)
        for number in 100..<117 {
            let text = long(number)
            let ranges = known.ranges(in: text)
            #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == text.count)
        }
        #expect(!known.ranges(in: Array("short-0!".utf8)).isEmpty)
    }

    @Test func `whatever 128 bytes of a long secret are shown, they are recognised`() {
        let secret = (0..<300).map { "\($0 * 7919 % 1000)/" }.joined()
        let redactor = Redactor()
        redactor.register(secret)
        for start in 0..<200 {
            #expect(redactor.redact(String(secret.dropFirst(start).prefix(128))).contains(Redactor.mask))
        }
    }

    @Test func `a long secret is found whole, and in pieces that a server has cut off`() {
        let redactor = Redactor()
        let secret = (0..<40).map { "part-\($0)-of-it" }.joined(separator: "/")
        redactor.register(secret)
        #expect(redactor.redact("x \(secret) y") == "x \(Redactor.mask) y")
        #expect(!redactor.redact("x \(secret.prefix(100))…").contains("part-0-of"))
    }
}
