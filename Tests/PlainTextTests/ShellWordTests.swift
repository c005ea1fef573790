// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PlainText

/// Words of commands that people copy into a shell.
struct ShellWordTests {
    @Test(arguments: [
        ("plain", "plain"), ("shop/web:1.0", "shop/web:1.0"), ("", "''"), ("two words", "'two words'"),
        ("it's", #"'it'\''s'"#), ("$(id)", "'$(id)'"), ("é", "'é'"),
        // For Swift the quote and the mark are one Character, for a shell they are two.
        ("x'\u{301}; id; '\u{301}y", "'x'\\''\u{301}; id; '\\''\u{301}y'"),
    ]) func `a text is one word`(_ text: String, _ word: String) {
        #expect(text.shellWord.utf8.elementsEqual(word.utf8), "\(text.shellWord)")
    }

    @Test(arguments: ["it's", "x'\u{301}; echo no; '\u{301}y", "a\nb", "*", "~", "!x", "'", "''", "-n"])
    func `a shell reads back what was written`(_ text: String) throws {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "printf %s \(text.shellWord)"]
        let pipe = Pipe()
        shell.standardOutput = pipe
        try shell.run()
        let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
        shell.waitUntilExit()
        #expect(Array(said) == Array(text.utf8))
    }
}
