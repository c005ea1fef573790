// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// The JSON value, its parser and its texts.
@Suite struct JSONTests {
    static let readable: [(text: String, json: JSON)] = [
        ("null", nil), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("-12", -12), ("1.5", 1.5),
        ("1e3", 1000.0), ("1E-2", 0.01),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", 9_223_372_036_854_775_808.0),
        ("\"\"", ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\ud83d\ude00""#, "é😀"), ("[]", []),
        ("[1, [2]]", [1, [2]]),
        ("{}", [:]), (#"{"b": 1, "a": {"c": null}}"#, ["a": ["c": nil], "b": 1]), (#"{"a": 1, "a": 2}"#, ["a": 2]),
        ("\t[\r\n1 ]", [1]),
    ]

    @Test(arguments: readable)
    func `a text reads as its value`(text: String, json: JSON) throws {
        #expect(try JSONParser.parse(text) == json)
    }

    @Test func `long keys keep their own text, however many there are and however often they come`() throws {
        let keys = (0..<2_000).map { "f:storage.example.com/key-\($0)" }.sorted { $0.precedesInByteOrder($1) }
        let object = "{" + keys.map { "\"\($0)\":{}" }.joined(separator: ",") + "}"
        let text = "[\(object),\(object)]"
        let json = try JSONParser.parse(text)
        #expect(json.text == text)
        #expect(json.array?.last?.object?.keys == keys)
    }

    @Test(.timeLimit(.minutes(1))) func `a member is set below a path without a copy of those beside it`() {
        let count = 100_000
        var json: JSON = ["a": ["b": [:]]]
        for number in count..<(2 * count) { json[["a", "b", "k\(number)"]] = .int(Int64(number)) }
        #expect(json["a"]?["b"]?.object?.count == count)
    }

    @Test func `a path leads through what is absent, and replaces what is no map`() {
        var json: JSON = ["a": "x", "l": [1]]
        json[["a", "b", "c"]] = 1
        json[["n", "b"]] = 2
        json[["m", "b"]] = nil
        json[["l", "b"]] = nil
        #expect(json == ["a": ["b": ["c": 1]], "l": [:], "n": ["b": 2]])
        json[["a", "b", "c"]] = nil
        #expect(json["a"] == ["b": [:]])
        var text: JSON = "x"
        text[["a", "b"]] = 1
        #expect(text == ["a": ["b": 1]])
    }

    static let refused: [(text: String, line: Int)] = [
        ("", 1), ("nul", 1), ("tru e", 1), ("01", 1), ("-", 1), ("1.", 1), (".5", 1), ("1e", 1), ("+1", 1), ("NaN", 1),
        ("'a'", 1), ("\"a", 1), ("\"\n\"", 1),
        ("\"\\x\"", 1), ("\"\\u12\"", 1), ("[1,]", 1), ("[1 2]", 1), ("[1", 1), ("{\"a\"}", 1), ("{\"a\": 1,}", 1),
        ("{a: 1}", 1), ("{} {}", 1), ("\n\n]", 3),
        ("1e999", 1), ("{\"a\":\n1,\n\"b\" 2}", 3), ("// c\n1", 1), ("\u{feff}1", 1),
    ]

    @Test(arguments: refused)
    func `what is no JSON has a line`(text: String, line: Int) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        #expect(error?.line == line, "\(error?.description ?? "")")
    }

    static let ends: [(text: String, isCutShort: Bool)] = [
        ("", true), ("{\"a\":", true), ("{\"a\":1", true), ("[1", true), ("\"a", true), ("\"\\u12", true),
        ("tru", true),
        ("[1 2]", false), ("{} {}", false), ("'a'", false), ("\"unexpected end", true), ("unexpected end", false),
    ]

    @Test(arguments: ends)
    func `a text that only ends too early is told from a wrong one`(text: String, isCutShort: Bool) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        #expect(error?.isCutShort == isCutShort, "\(error?.description ?? "")")
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xC0, 0x80, 0x22]) }
    }

    @Test func `limits end the reading`() {
        let deep = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
        #expect(throws: JSONError.self) { try JSONParser.parse(deep, limits: .init(maxDepth: 19)) }
        #expect(throws: Never.self) { try JSONParser.parse(deep, limits: .init(maxDepth: 20)) }
        #expect(throws: JSONError.self) { try JSONParser.parse("[1]", limits: .init(maxBytes: 2)) }
        #expect(throws: JSONError.self) {
            try JSONParser.parse(#"{"a":1,"a":1}"#, limits: .init(rejectsDuplicateKeys: true))
        }
        #expect(throws: JSONError.self) { try JSONParser.parse(String(repeating: "[", count: 1_000_000)) }
    }

    static let numbers: [(value: Double, text: String)] = [
        (0, "0"), (-0.0, "-0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (100, "100"), (1e20, "100000000000000000000"),
        (1e21, "1e+21"), (1.5e21, "1.5e+21"),
        (1e-6, "0.000001"), (1e-7, "1e-7"), (1.25e-9, "1.25e-9"), (123456789.125, "123456789.125"), (.infinity, "null"),
        (.nan, "null"), (1e300, "1e+300"),
        (5e15, "5000000000000000"), (9_223_372_036_854_775_808, "9223372036854775808"),
        (.leastNonzeroMagnitude, "5e-324"),
    ]

    @Test(arguments: numbers)
    func `a double prints as Go prints it`(value: Double, text: String) {
        let expected = text == "9223372036854775808" ? "9223372036854776000" : text
        #expect(JSON.numberText(value) == expected)
    }

    @Test func `a value prints compactly with its keys in byte order`() {
        let json: JSON = ["b": [1, nil, true], "a": "x\u{1}\"\n", "é": [:], "Z": []]
        #expect(json.text == #"{"Z":[],"a":"x\u0001\"\n","b":[1,null,true],"é":{}}"#)
    }

    @Test func `composed and decomposed letters are two keys and two values`() {
        #expect(JSON.string("\u{e9}") != JSON.string("e\u{301}"))
        let object: JSON = ["\u{e9}": 1, "e\u{301}": 2]
        #expect(object.object?.count == 2)
        #expect(object["\u{e9}"] == 1 && object["e\u{301}"] == 2)
    }

    @Test func `numbers of two kinds are two values`() { #expect(JSON.int(1) != JSON.double(1)) }

    @Test func `members are set, replaced and removed by path`() {
        var json: JSON = ["a": 1]
        json[["b", "c", "d"]] = "x"
        #expect(json == ["a": 1, "b": ["c": ["d": "x"]]])
        json[["b", "c", "d"]] = nil
        json["a"] = nil
        #expect(json == ["b": ["c": [:]]])
        json[["none", "here"]] = nil
        #expect(json[["none", "here"]] == nil && json["none"] == nil)
        json[["b", "c"]] = 5
        json[["b", "c", "e"]] = 6
        #expect(json == ["b": ["c": ["e": 6]]])
    }

    @Test func `an object keeps the last of repeated keys and any order of insertion`() {
        let object = JSONObject([.init(key: "b", value: 1), .init(key: "a", value: 2), .init(key: "b", value: 3)])
        #expect(object.keys == ["a", "b"] && object["b"] == 3)
        var other = JSONObject()
        for key in ["m", "z", "a", "k"] { other[key] = .string(key) }
        #expect(other.keys == ["a", "k", "m", "z"])
        other["k"] = nil
        #expect(other.keys == ["a", "m", "z"] && other["k"] == nil && other.count == 3)
    }
}
