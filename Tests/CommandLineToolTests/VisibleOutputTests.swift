// SPDX-License-Identifier: Apache-2.0
import Dashboard
import Foundation
import KubeObjects
import PlainText
import TestKit
import Testing
import YAMLText

@testable import CommandLineTool

/// Invisible characters reach people only as escapes, and programs as escapes of their language.
@Suite(.timeLimit(.minutes(2)))
struct VisibleOutputTests {
    private static let odd = "a\u{202E}b\u{200B}c\u{2028}d\u{1B}[31m"
    private static let seen = "a\\u{202e}b\\u{200b}c\\u{2028}d\\u{1b}[31m"
    private let terminal = Terminal(descriptor: -1)

    private func expectSeen(_ text: String) {
        #expect(text.unicodeScalars.allSatisfy { !$0.isUnseen || $0 == "\n" }, "\(text.debugDescription)")
    }

    @Test func `tables, titles, differences and pages show them as escapes`() {
        var table = TextTable("NAME", "STATE")
        table.add(.init(Self.odd), "x")
        #expect(table.text(for: terminal) == "NAME".padded(to: Self.seen.count) + "   STATE\n\(Self.seen)   x\n")
        #expect(terminal.paint(Self.odd, .bold) == Self.seen)
        #expect(DiffPaint.paint("+\(Self.odd)\n \(Self.odd)\n", terminal) == "+\(Self.seen)\n \(Self.seen)\n")
        let page: HTML = "<p>\(Self.odd)</p>"
        #expect(page.text == "<p>\(Self.seen)</p>")
    }

    @Test func `render writes them as escapes that read as the same value`() async throws {
        try await withTool { tool in
            let git = try GitFolder(at: tool.folder.appending(path: "shop.git"))
            let value = #""a\u202Eb\u200Bc\u2028d""#
            try git.commit([
                "infra/a.yaml":
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {k: \(value)}}\n"
            ])
            let expected: JSON = "a\u{202E}b\u{200B}c\u{2028}d"
            let yaml = try await tool.run("render", "--repo", git.path)
            #expect(yaml.status == 0, "\(yaml.errors)")
            expectSeen(yaml.output)
            #expect(try YAMLText.documents(in: Array(yaml.output.utf8)).first?.json[["data", "k"]] == expected)
            let json = try await tool.run("render", "--repo", git.path, "-o", "json")
            expectSeen(json.output)
            #expect(try json.json["items"]?.array?.first?[["data", "k"]] == expected)
        }
    }

    @Test func `an error line shows them as escapes`() async throws {
        try await withTool { tool in
            let result = try await tool.run("render", "--repo", ".", "--od\u{202E}d")
            #expect(result.status == 2)
            expectSeen(result.errors)
            #expect(result.errors.contains("--od\\u{202e}d"), "\(result.errors)")
        }
    }
}

extension String {
    /// With blanks behind it, up to so many characters.
    fileprivate func padded(to length: Int) -> String { self + String(repeating: " ", count: max(0, length - count)) }
}
