// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One step from a list or a map to what is in it.
package enum YAMLPathStep: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case key(String)
    case index(Int)

    package init(stringLiteral value: String) { self = .key(value) }
    package init(integerLiteral value: Int) { self = .index(value) }
}

/// One document of a text: what it says and where it stands.
package struct YAMLDocument: Sendable {
    /// The value, with anchors and merge keys resolved. Never `null`: empty documents are passed over.
    package let json: JSON
    /// Line of the document's first node in the whole text, from 1.
    package let line: Int

    /// The document's own part of the text, and the line on which it starts.
    private let source: ArraySlice<UInt8>
    private let sourceLine: Int

    /// What finding a line costs: the bytes that are read.
    package var sourceBytes: Int { source.count }

    init(json: JSON, line: Int, source: ArraySlice<UInt8>, sourceLine: Int) {
        self.json = json
        self.line = line
        self.source = source
        self.sourceLine = sourceLine
    }

    /// The line of the value at `path`, or of the nearest thing around it that the text shows (a merged or an aliased
    /// map has no inside of its own). Reads the document's text again, so it is for error texts, not for every object.
    package func line(of path: [YAMLPathStep]) -> Int {
        LineFinder.line(of: path, in: source, firstLine: sourceLine) ?? line
    }

    /// The lines of the elements under `items`, of the first so many at all depths. Reads the document's text again.
    package func itemLines(atMost limit: Int = .max) -> ItemLines {
        ItemLines.reading(source, firstLine: sourceLine, atMost: limit) ?? ItemLines(line: line)
    }
}

/// What a text holds: the documents that could be read, and every error of the others.
package struct YAMLReading: Sendable {
    /// In the order of the text.
    package let documents: [YAMLDocument]
    /// Ascending by line; empty when the whole text was read.
    package let errors: [YAMLError]
}
