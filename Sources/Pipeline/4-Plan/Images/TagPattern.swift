// SPDX-License-Identifier: Apache-2.0

/// A tag, or a pattern of tags in which `*` stands for any text: `latest`, `edge-*`. The only grammar of them and of
/// their lists, so that planning refuses a list that image rollouts could not read.
package struct TagPattern: Sendable, Hashable, CustomStringConvertible {
    package let description: String
    private let parts: [[UInt8]]

    /// Reads a pattern; nil when no tag can look like that.
    package init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || ".-_*".utf8.contains(byte)
        }
        guard !text.isEmpty, text.utf8.count <= 128, allowed else { return nil }
        description = text
        parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// Patterns separated by commas, as an annotation has them, spaces ignored; nil when one of them is not a pattern,
    /// also an empty one (`edge,,v1`).
    package static func list(_ text: String) -> [TagPattern]? {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        let patterns = words.compactMap { TagPattern($0) }
        return patterns.count == words.count ? patterns : nil
    }

    /// Whether the whole tag fits. Each part is looked for behind the one before, so the time grows with both lengths only.
    package func matches(_ tag: String) -> Bool {
        let bytes = Array(tag.utf8)
        guard let first = parts.first, let last = parts.last, parts.count > 1 else { return bytes == parts.first }
        guard bytes.count >= first.count + last.count, bytes.starts(with: first), bytes.suffix(last.count) == last[...]
        else { return false }
        var rest = bytes[first.count..<(bytes.count - last.count)]
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
            rest = rest[(place + part.count)...]
        }
        return true
    }
}
