// SPDX-License-Identifier: Apache-2.0

/// Where the elements of the lists under a document's `items` stand, at any depth: what a List of Lists needs, found in
/// one reading of its text.
package struct ItemLines: Sendable, Hashable {
    /// The first line of the node.
    package let line: Int
    /// Those of the list under the node's key `items`, as far as the text shows them: what an alias or a merge brings in
    /// has no lines of its own.
    package private(set) var items: [ItemLines] = []

    init(line: Int) { self.line = line }

    /// Those of a document's text, up to where it can be read, and at most so many.
    static func reading(_ source: ArraySlice<UInt8>, firstLine: Int, atMost limit: Int) -> ItemLines? {
        source.withUnsafeBufferPointer { text in
            guard let reader = try? EventReader(text, firstLine: firstLine) else { return nil }
            var root: ItemLines?
            var left = limit
            // A text that cannot be read to its end still has shown the lines of what stands before.
            try? start(reader, &root, &left)
            return root
        }
    }

    private static func start(
        _ reader: borrowing EventReader,
        _ root: inout ItemLines?,
        _ left: inout Int
    ) throws(YAMLError) {
        _ = try reader.next()
        guard case .documentStart = try reader.next().kind else { return }
        let event = try reader.next()
        root = ItemLines(line: event.line)
        try root?.visit(event, reader, &left)
    }

    /// Reads the node that `event` begins to its end.
    private mutating func visit(
        _ event: YAMLEvent,
        _ reader: borrowing EventReader,
        _ left: inout Int
    ) throws(YAMLError) {
        guard case .mapStart = event.kind else { return try reader.skip(event) }
        while true {
            let key = try reader.next()
            if case .collectionEnd = key.kind { return }
            try reader.skip(key)
            let value = try reader.next()
            if case .scalar(let scalar, _, _) = key.kind, scalar.key == "items", case .listStart = value.kind {
                try visitElements(reader, &left)
            } else {
                try reader.skip(value)
            }
        }
    }

    private mutating func visitElements(_ reader: borrowing EventReader, _ left: inout Int) throws(YAMLError) {
        while true {
            let event = try reader.next()
            if case .collectionEnd = event.kind { return }
            guard left > 0 else { throw YAMLError(line: event.line, problem: "more than asked for", remedy: "") }
            left -= 1
            items.append(ItemLines(line: event.line))
            try items[items.count - 1].visit(event, reader, &left)
        }
    }
}

extension EventReader {
    /// Passes over the rest of the node that `event` begins.
    func skip(_ event: YAMLEvent) throws(YAMLError) {
        var level = 0
        var current = event
        while true {
            switch current.kind {
            case .listStart, .mapStart: level += 1
            case .collectionEnd: level -= 1
            default: break
            }
            if level == 0 { return }
            current = try next()
        }
    }
}
