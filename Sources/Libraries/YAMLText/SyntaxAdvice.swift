// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Turns libyaml's words and the place into an error that says what to do.
struct SyntaxAdvice {
    private let lineText: String
    private let lineBefore: String

    /// `line` counts from 0 in `text`.
    init(text: UnsafeBufferPointer<UInt8>, line: Int) {
        var before = 0..<0
        var current = 0..<Self.lineEnd(in: text, from: 0)
        for _ in 0..<max(line, 0) where current.upperBound < text.count {
            before = current
            let start = current.upperBound + 1
            current = start..<Self.lineEnd(in: text, from: start)
        }
        lineText = String(decoding: text[current].prefix(4096), as: UTF8.self)
        lineBefore = String(decoding: text[before].prefix(4096), as: UTF8.self)
    }

    /// Where the line that begins at `start` ends: asked for every line in front of a problem, for each that is told.
    private static func lineEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let base = text.baseAddress, start < text.count,
            let found = memchr(base + start, 0x0A, text.count - start)
        else { return text.count }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Whether the place looks like the source of a template rather than YAML.
    var isTemplate: Bool { [lineText, lineBefore].contains { $0.contains("{{") || $0.contains("{%") } }

    static let templateRemedy = "this looks like an unrendered template: commit what it renders to, or quote the value"

    /// The error at a place of the text.
    func error(problem: String, line: Int, column: Int?) -> YAMLError {
        let remedy = isTemplate ? Self.templateRemedy : advice(problem, column)
        return YAMLError(line: line, column: column, problem: problem, remedy: remedy)
    }

    private func advice(_ problem: String, _ column: Int?) -> String {
        switch problem {
        case "found character that cannot start any token":
            let character = lineText.unicodeScalars.dropFirst((column ?? 1) - 1).first
            return character == "\t" ? Self.tabRemedy : "put the value in quotes"
        case "found a tab character that violates indentation",
            "found a tab character where an indentation space is expected":
            return Self.tabRemedy
        case "mapping values are not allowed in this context":
            return "check the indentation, and put a value that holds ': ' in quotes"
        case "could not find expected ':'":
            return "write ': ' behind the key, and put a value of several lines in quotes or behind '|'"
        case "did not find expected key", "did not find expected '-' indicator",
            "block sequence entries are not allowed in this context",
            "block mapping keys are not allowed in this context":
            return "check the indentation of this line and of those above it"
        case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
            return "close the bracket, or put a value that holds brackets or commas in quotes"
        case "found unexpected end of stream": return "close the quotes"
        case "found unexpected document indicator":
            return "close the quotes, and indent '---' that belongs to a value"
        case "found unknown escape character": return "use single quotes, or write the backslash twice"
        case "did not find expected <document start>":
            return lineText.hasPrefix("%") || lineBefore.hasPrefix("%")
                ? "remove the '%' directive: kubectl does not read it" : "separate documents with a line '---'"
        default: return "correct the YAML"
        }
    }

    private static let tabRemedy = "indent with spaces, never with tabs"
}
