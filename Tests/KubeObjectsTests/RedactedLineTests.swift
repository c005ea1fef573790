// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import Testing

/// One line of outside text, as it leaves the process.
struct RedactedLineTests {
    @Test func `a secret is hidden wherever the text is cut, and whatever blanks are in it`() {
        let head = UUID().uuidString.lowercased()
        let tail = UUID().uuidString.lowercased()
        let redactor = Redactor()
        redactor.register("\(head)  \(tail)")
        for length in stride(from: 400, through: 1100, by: 7) {
            let filler = String(repeating: "x", count: length)
            let raw = "\(filler) \(head)  \(tail) \(String(repeating: "y", count: 900))"
            let line = redactor.line(raw).text
            #expect(line.count <= 1001, "\(line.count)")
            for part in [head, tail] {
                for start in stride(from: 0, through: 24, by: 6) {
                    let piece = part.dropFirst(start).prefix(12)
                    #expect(!line.contains(piece), "\(length): \(line)")
                }
            }
        }
    }

    @Test(arguments: ["password=", "token: ", "Authorization: Bearer ", "", "x "])
    func `nothing is left of a secret with blanks that is broken into lines behind a telling word`(word: String) {
        let parts = (0..<4).map { _ in UUID().uuidString.lowercased() }
        let redactor = Redactor()
        redactor.register(parts.joined(separator: " "))
        for blank in ["\n", " ", "\r\n", "\t", "\u{2028}"] {
            let line = redactor.line("refused: \(word)\(parts.joined(separator: blank)) is wrong").text
            for part in parts { #expect(!line.contains(part), "\(blank.debugDescription): \(line)") }
        }
    }

    @Test func `white space of all kinds becomes one blank`() {
        #expect(Redactor().line("a\r\n  b\t\u{2028}c ").text == "a b c")
    }

    @Test func `in a document each text is masked as a value, and names stay`() {
        let redactor = Redactor()
        redactor.register("hunter2!")
        let json: JSON = [
            "kind": "Secret", "name": "hunter2!", "error": "is \"hunter2!\", token=abc\" too",
            "list": [1, true, nil, "hunter2!"],
        ]
        let mask = Redactor.mask
        let text = redactor.document(json) { $0.text }.text
        #expect(
            text
                == #"{"error":"is \"\#(mask)\", token=\#(mask)\" too","kind":"Secret","list":[1,true,null,"\#(mask)"],"#
                + #""name":"hunter2!"}"#
        )
    }

    @Test func `in a document paths of fields and differences stay as they were made, and other paths do not`() {
        let redactor = Redactor()
        redactor.register("settings-key-1")
        let mask = Redactor.mask
        let json: JSON = [
            "changes": [["path": ".data.settings-key-1", "before": "settings-key-1"]],
            "diff": ["isTruncated": false, "text": "+  settings-key-1: \(mask)"],
            "path": "/settings-key-1",
        ]
        #expect(
            redactor.document(json) { $0.text }.text
                == #"{"changes":[{"before":"\#(mask)","path":".data.settings-key-1"}],"#
                + #""diff":{"isTruncated":false,"text":"+  settings-key-1: \#(mask)"},"path":"/\#(mask)"}"#
        )
    }

    @Test
    func `in a document a path beside other things than a change's is masked, and so is what a difference has more`() {
        let redactor = Redactor()
        redactor.register("settings-key-1")
        let mask = Redactor.mask
        let json: JSON = [
            "changes": [["path": ".data.settings-key-1"]],
            "diff": ["isTruncated": false, "note": "settings-key-1", "text": "+  settings-key-1: \(mask)"],
            "error": ["message": "no", "path": ".settings-key-1"],
        ]
        #expect(
            redactor.document(json) { $0.text }.text
                == #"{"changes":[{"path":".data.settings-key-1"}],"#
                + #""diff":{"isTruncated":false,"note":"\#(mask)","text":"+  settings-key-1: \#(mask)"},"#
                + #""error":{"message":"no","path":".\#(mask)"}}"#
        )
    }

    @Test func `what was made of masked values is not masked once more`() {
        let redactor = Redactor()
        redactor.register("settings-key-1")
        let line = "+  settings-key-1: \(Redactor.mask)"
        #expect(redactor.painted(masked: line).text == line)
    }

    @Test func `a literal of our own code and numbers need no redactor`() {
        let text: RedactedText = "… "
        #expect((text + RedactedText(number: 5) + " more").text == "… 5 more")
    }
}
