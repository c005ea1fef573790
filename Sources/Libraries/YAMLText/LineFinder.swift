// SPDX-License-Identifier: Apache-2.0

/// Finds the line of a path in a document's text by reading its events once more.
enum LineFinder {
    /// The line of the value at `path`, or of the last step that the text shows; nil for a text without nodes.
    static func line(of path: [YAMLPathStep], in source: ArraySlice<UInt8>, firstLine: Int) -> Int? {
        source.withUnsafeBufferPointer { text in
            guard let reader = try? EventReader(text, firstLine: firstLine) else { return nil }
            var walk = Walk(path: path)
            // A text that cannot be read to its end still has shown the lines of what stands before.
            try? walk.start(reader)
            return walk.line
        }
    }

    private struct Walk {
        let path: [YAMLPathStep]
        private(set) var line: Int?

        init(path: [YAMLPathStep]) { self.path = path }

        mutating func start(_ reader: borrowing EventReader) throws(YAMLError) {
            _ = try reader.next()
            guard case .documentStart = try reader.next().kind else { return }
            try visit(try reader.next(), path[...], reader)
        }

        /// Goes to the end of the path from the node that `event` begins.
        private mutating func visit(
            _ event: YAMLEvent,
            _ rest: ArraySlice<YAMLPathStep>,
            _ reader: borrowing EventReader
        ) throws(YAMLError) {
            line = event.line
            switch (event.kind, rest.first) {
            case (.listStart, .index(let wanted)): try visit(element: wanted, rest.dropFirst(), reader)
            case (.mapStart, .key(let wanted)): try visit(key: wanted, rest.dropFirst(), reader)
            default: return
            }
        }

        private mutating func visit(
            element wanted: Int,
            _ rest: ArraySlice<YAMLPathStep>,
            _ reader: borrowing EventReader
        ) throws(YAMLError) {
            var index = 0
            while true {
                let event = try reader.next()
                if case .collectionEnd = event.kind { return }
                if index == wanted { return try visit(event, rest, reader) }
                index += 1
                try reader.skip(event)
            }
        }

        private mutating func visit(
            key wanted: String,
            _ rest: ArraySlice<YAMLPathStep>,
            _ reader: borrowing EventReader
        ) throws(YAMLError) {
            while true {
                let key = try reader.next()
                if case .collectionEnd = key.kind { return }
                try reader.skip(key)
                let value = try reader.next()
                if case .scalar(let scalar, _, _) = key.kind, let text = scalar.key, text == wanted {
                    try visit(value, rest, reader)
                    if rest.isEmpty { line = key.line }
                    return
                }
                try reader.skip(value)
            }
        }
    }
}
