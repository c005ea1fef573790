// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
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

    @Test func `white space of all kinds becomes one blank`() {
        #expect("a\r\n  b\t\u{2028}c ".singleLine == "a b c")
    }
}
