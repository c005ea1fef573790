// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// A Secret's value is hidden in whatever format it is quoted.
@Suite struct QuotedSecretTests {
    /// Short lines and long ones, more than one piece of what is known.
    private static let manyLines = """
        CANQ10a
        1/+"CANQ10b-CANQ10b-CANQ10b-CANQ10b-CANQ10b-CANQ10b
        2/+"CANQ10b-CANQ10b-CANQ10b-CANQ10b-CANQ10b-CANQ10b
        3/+"CANQ10b-CANQ10b-CANQ10b-CANQ10b-CANQ10b-CANQ10b
        end
        """

    /// Values with what must not be left of them.
    private static let values: [(value: String, canaries: [String])] = [
        ("ab\"CANQ1zz\"cd\\efgh", ["CANQ1zz"]),
        ("line1CANQ2zz\nline2CANQ3zz is longer than sixteen", ["line1CANQ2zz", "line2CANQ3zz"]),
        ("CANQ11a\r\nCANQ11b-and-more-than-sixteen", ["CANQ11a", "CANQ11b-and-more"]),
        ("\u{1B}[31mCANQ8zz", ["CANQ8zz"]), ("{\"user\":\"admin\",\"pass\":\"CANQ9zz/\\\"x\"}", ["CANQ9zz"]),
        ("caféCANQ4zz", ["CANQ4zz"]), ("Tr0ub4dor&\"3\\CANR1-9xQ", ["Tr0ub4dor", "CANR1-9xQ"]),
        ("it's 'CANQ5zz' <b>&amp;</b>", ["CANQ5zz"]), ("😀\tCANQ6zz\0\u{7F}x", ["CANQ6zz"]),
        ("50%25 of CANQ7zz\\n", ["CANQ7zz"]), ("\\u00e9CANQ12zz\\x41", ["CANQ12zz"]),
        (manyLines, ["CANQ10a", "CANQ10b"]),
    ]

    private static func redactor(knowing value: String) throws -> Redactor {
        let redactor = Redactor(hidesCommonWords: false)
        let json: JSON = [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"], "stringData": ["s": .string(value)],
        ]
        redactor.register(secretObject: try KubeObject(json))
        return redactor
    }

    private static func expectHidden(_ value: String, _ canaries: [String], quotedBy chain: [Quoting]) throws {
        let redactor = try redactor(knowing: value)
        let text = "before \"\(Quoting.quote(value, by: chain))\", behind"
        for form in [Redactor.Form.message, .document] {
            let shown = redactor.redact(text, as: form)
            for canary in canaries {
                let letters = Array(canary.utf8)
                for start in 0...(letters.count - 6) {
                    let part = String(decoding: letters[start..<start + 6], as: UTF8.self)
                    #expect(!shown.contains(part), "\(chain): \(text) is shown as \(shown)")
                }
            }
            // Of a value that begins or ends with a quotation mark, that of the text may be taken for its own.
            let marks = shown.replacing(Redactor.mask, with: "").filter { $0 == "\"" }.count
            #expect(
                shown.filter { $0 != "\"" } == "before \(Redactor.mask), behind" && marks <= 2,
                "\(chain): \(text) is shown as \(shown)"
            )
        }
    }

    @Test(arguments: Quoting.chains)
    func `nothing is left of a value that is quoted`(chain: [Quoting]) throws {
        for (value, canaries) in Self.values { try Self.expectHidden(value, canaries, quotedBy: chain) }
    }

    /// As `SplitMix64`.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    @Test(arguments: 0..<40)
    func `nothing is left of any value, however it is quoted`(seed: Int) throws {
        let letters: [Unicode.Scalar] = [
            "a", "b", "n", "u", "x", "Z", "0", "4", "1", "\"", "\\", "\\", "/", "\n", "\r", "\t", " ", "&", ";", "<",
            "%", "#", "é", "ß", "€", "😀", "\u{1B}", "\0", "{", "}", ",", "!",
        ]
        // In single quotes of YAML, a quote between two blanks looks like an empty text.
        let chains = Quoting.chains.filter { !$0.contains(.singleQuotedYAML) && !$0.contains(.foldedYAML) }
        var dice = Dice(state: UInt64(seed))
        for number in 0..<10 {
            let canary = "CANX\(number)y\(seed)zq"
            var value = ""
            for part in ["", canary] {
                value += part
                for _ in 0..<Int.random(in: 0...40, using: &dice) {
                    value.unicodeScalars.append(letters[Int.random(in: 0..<letters.count, using: &dice)])
                }
            }
            let chain = chains[Int.random(in: 0..<chains.count, using: &dice)]
            try Self.expectHidden(value, [canary], quotedBy: chain)
        }
    }

    @Test func `what stands beside a quoted secret stays as it is, with its escapes`() throws {
        let redactor = try Self.redactor(knowing: "CANQ\"7zz\\x")
        let quoted = #"CANQ\"7zz\\x"#
        let text =
            #"{"a":"x\ty \"z\"","u":"?a=1\u0026b=2","p":"\#(quoted)","dir":"C:\\new\\table","é":"\u00e9","e":""}"#
        #expect(redactor.redact(text) == text.replacing(quoted, with: Redactor.mask))
        let line = #"ends with \ and begins with \"#
        #expect(redactor.redact(line) == line)
    }

    @Test func `names are shown, however they are quoted`() throws {
        let redactor = try Self.redactor(knowing: "bug-mask")
        redactor.allow(names: ["bug-mask"])
        let text = #"{"namespace":"bug-mask","note":"\"bug-mask\" is gone, \\\"bug-mask\\\" too","u":"a%20b"}"#
        #expect(redactor.redact(text) == text)
    }

    @Test func `a value that is quoted in an error of an API server is hidden in a line`() throws {
        let redactor = try Self.redactor(knowing: "Tr0ub4dor&\"3\\CANR1-9xQ")
        let text = #"data: Invalid value: "Tr0ub4dor&\"3\\CANR1-9xQ": too plain"#
        #expect(redactor.line(text).text == "data: Invalid value: \"\(Redactor.mask)\": too plain")
    }

    @Test(arguments: ["\n", "\r\n", "\n\n"])
    func `a value with a line break at its end is hidden without it`(ending: String) throws {
        #expect(try Self.redactor(knowing: "CANS4zz\(ending)").redact("is CANS4zz here") == "is \(Redactor.mask) here")
        #expect(try Self.redactor(knowing: "true\(ending)").redact("is true here") == "is true here")
    }
}
