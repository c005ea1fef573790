// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import PlainText

/// Writes a git pack byte by byte, so that it can hold what `git` itself would refuse to write.
package struct PackBuilder: Sendable {
    /// The kinds of objects, with their numbers in a pack.
    package enum Kind: UInt8, Sendable {
        case commit = 1, tree, blob, tag
    }

    private var objects: [UInt8] = []
    private var offsets: [Int] = []
    /// Says how many objects the pack has; the true number unless a test lies.
    package var claimedCount: Int?

    /// An empty pack.
    package init() {}

    /// Adds an object; returns its id.
    @discardableResult
    package mutating func add(_ kind: Kind, _ content: [UInt8]) -> String {
        offsets.append(12 + objects.count)
        objects += PackBuilder.header(type: kind.rawValue, size: content.count) + PackBuilder.stored(content)
        return PackBuilder.id(kind, content)
    }

    /// Adds an object that is the content of an earlier one so many times over, as a difference to it.
    ///
    /// - Parameters:
    ///   - index: Which earlier object, counted from 0.
    ///   - size: Its size.
    ///   - times: How often its content is repeated.
    /// - Returns: The new object's index.
    package mutating func addRepetition(of index: Int, size: Int, times: Int) -> Int {
        var delta = PackBuilder.number(size) + PackBuilder.number(size * times)
        for _ in 0..<times {
            var done = 0
            while done < size {
                let part = min(0xFF_FFFF, size - done)
                delta.append(0xFF)
                delta += (0..<4).map { UInt8(truncatingIfNeeded: done >> (8 * $0)) }
                delta += (0..<3).map { UInt8(truncatingIfNeeded: part >> (8 * $0)) }
                done += part
            }
        }
        return add(delta: delta, to: index)
    }

    /// Adds an object that is the first bytes of an earlier one, as a difference to it; returns its index.
    package mutating func addBeginning(of index: Int, size: Int, count: Int) -> Int {
        let part = (0..<3).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        return add(
            delta: PackBuilder.number(size) + PackBuilder.number(count) + [0xFF, 0, 0, 0, 0] + part,
            to: index
        )
    }

    private mutating func add(delta: [UInt8], to index: Int) -> Int {
        let offset = 12 + objects.count
        var distance = offset - offsets[index]
        var way = [UInt8(distance & 0x7F)]
        distance >>= 7
        while distance > 0 {
            distance -= 1
            way.insert(UInt8(0x80 | (distance & 0x7F)), at: 0)
            distance >>= 7
        }
        offsets.append(offset)
        objects += PackBuilder.header(type: 6, size: delta.count) + way + PackBuilder.stored(delta)
        return offsets.count - 1
    }

    /// Adds a commit.
    package mutating func commit(
        tree: String,
        parent: String? = nil,
        author: String = "Ada Example <ada@example.com>",
        message: String = "change\n"
    ) -> String {
        let line = "\(author) 1700000000 +0000\n"
        let parents = parent.map { "parent \($0)\n" } ?? ""
        return add(
            .commit,
            Array("tree \(tree)\n\(parents)author \(line)committer \(line)\n\(message)".utf8)
        )
    }

    /// Adds a tree exactly as given.
    package mutating func tree(_ entries: [GitFolder.Entry]) -> String { add(.tree, PackBuilder.tree(entries)) }

    /// Adds an annotated tag.
    package mutating func tag(_ name: String, of object: String, type: String) -> String {
        let tagger = "Ada Example <ada@example.com> 1700000000 +0000"
        return add(.tag, Array("object \(object)\ntype \(type)\ntag \(name)\ntagger \(tagger)\n\n\(name)\n".utf8))
    }

    /// The whole pack.
    package var bytes: [UInt8] {
        let count = UInt32(claimedCount ?? offsets.count)
        let head = Array("PACK".utf8) + PackBuilder.big(2) + PackBuilder.big(count)
        let body = head + objects
        return body + Array(Insecure.SHA1.hash(data: body))
    }

    /// The id of an object.
    package static func id(_ kind: Kind, _ content: [UInt8]) -> String {
        let head = Array("\(kind) \(content.count)\0".utf8)
        return Insecure.SHA1.hash(data: head + content).hexadecimal
    }

    static func tree(_ entries: [GitFolder.Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += Array(entry.mode.utf8) + [0x20] + entry.name + [0]
            var digits = Substring(entry.id)
            while let byte = UInt8(digits.prefix(2), radix: 16) {
                bytes.append(byte)
                digits = digits.dropFirst(2)
            }
        }
        return bytes
    }

    private static func header(type: UInt8, size: Int) -> [UInt8] {
        var rest = size >> 4
        var bytes = [type << 4 | UInt8(size & 0x0F)]
        while rest > 0 {
            bytes[bytes.count - 1] |= 0x80
            bytes.append(UInt8(rest & 0x7F))
            rest >>= 7
        }
        return bytes
    }

    private static func number(_ value: Int) -> [UInt8] {
        var rest = value >> 7
        var bytes = [UInt8(value & 0x7F)]
        while rest > 0 {
            bytes[bytes.count - 1] |= 0x80
            bytes.append(UInt8(rest & 0x7F))
            rest >>= 7
        }
        return bytes
    }

    private static func big(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// zlib's format without compression.
    private static func stored(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x78, 0x01]
        var rest = content[...]
        repeat {
            let part = rest.prefix(65_535)
            rest = rest.dropFirst(part.count)
            let count = UInt16(part.count)
            bytes.append(rest.isEmpty ? 1 : 0)
            for value in [count, ~count] { bytes += [UInt8(value & 0xFF), UInt8(value >> 8)] }
            bytes += part
        } while !rest.isEmpty
        // 5,552 bytes are as many as cannot overflow the sums.
        var (a, b): (UInt32, UInt32) = (1, 0)
        content.withUnsafeBytes { content in
            var index = 0
            while index < content.count {
                let end = min(index + 5_552, content.count)
                while index < end {
                    a &+= UInt32(content[index])
                    b &+= a
                    index &+= 1
                }
                (a, b) = (a % 65_521, b % 65_521)
            }
        }
        return bytes + big(b << 16 | a)
    }
}
