// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncLook
import Testing

/// One line of outside text.
struct SingleLineTests {
    @Test func `a secret is hidden wherever the text is cut, and whatever blanks are in it`() {
        let head = UUID().uuidString.lowercased()
        let tail = UUID().uuidString.lowercased()
        Redactor.shared.register("\(head)  \(tail)")
        for length in stride(from: 400, through: 1100, by: 7) {
            let filler = String(repeating: "x", count: length)
            let line = "\(filler) \(head)  \(tail) \(String(repeating: "y", count: 900))".singleLine
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
        Redactor.shared.register(parts.joined(separator: " "))
        for blank in ["\n", " ", "\r\n", "\t", "\u{2028}"] {
            let line = "refused: \(word)\(parts.joined(separator: blank)) is wrong".singleLine
            for part in parts { #expect(!line.contains(part), "\(blank.debugDescription): \(line)") }
        }
    }

    @Test func `white space of all kinds becomes one blank`() {
        #expect("a\r\n  b\t\u{2028}c ".singleLine == "a b c")
    }
}
