// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Where the fields of a JSON text stand, and which stand twice: what a parsed value no longer knows.
struct DocumentPaths: Sendable {
    /// Paths (`spec.ports[0].name`) of fields that stand twice, in order of their second places.
    private(set) var duplicates: [String] = []
    /// The keys that stand twice, with the lines of their second places.
    private(set) var duplicateKeys: [(key: String, line: Int)] = []
    private var places: [String: Int] = [:]

    /// Of no text.
    init() {}

    /// Scans a text that was parsed before: of a malformed one the result means nothing.
    init(_ bytes: [UInt8]) {
        var scanner = PathScanner(bytes)
        scanner.value()
        duplicates = scanner.duplicates
        places = scanner.places
        duplicateKeys = scanner.duplicateKeys
    }

    /// The number of the field in the text's order; behind all others when it is not there.
    func place(of path: String) -> Int { places[path] ?? .max }
}

/// Walks through a JSON text.
private struct PathScanner {
    let bytes: [UInt8]
    private var position = 0
    private var path = ""
    private(set) var duplicates: [String] = []
    private(set) var duplicateKeys: [(key: String, line: Int)] = []
    private(set) var places: [String: Int] = [:]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func value() {
        skip { $0 <= 0x20 }
        guard position < bytes.count else { return }
        switch bytes[position] {
        case UInt8(ascii: "{"): members()
        case UInt8(ascii: "["): elements()
        case UInt8(ascii: "\""): _ = string()
        default: skip { ![0x2C, 0x5D, 0x7D].contains($0) && $0 > 0x20 }
        }
    }

    private mutating func members() {
        position += 1
        var keys: Set<String> = []
        let parent = path
        defer { path = parent }
        while position < bytes.count {
            skip { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { break }
            let key = string()
            path = parent.isEmpty ? key : "\(parent).\(key)"
            if keys.insert(key).inserted {
                places[path] = places.count
            } else {
                duplicates.append(path)
                duplicateKeys.append((key, 1 + bytes[..<position].count { $0 == 0x0A }))
            }
            skip { $0 <= 0x20 || $0 == UInt8(ascii: ":") }
            value()
            path = parent
        }
        position += 1
    }

    private mutating func elements() {
        position += 1
        let parent = path
        defer { path = parent }
        var index = 0
        while position < bytes.count {
            skip { $0 <= 0x20 || $0 == UInt8(ascii: ",") }
            guard position < bytes.count, bytes[position] != UInt8(ascii: "]") else { break }
            path = "\(parent)[\(index)]"
            value()
            index += 1
        }
        position += 1
    }

    private mutating func string() -> String {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position + 1, bytes.count)
        let text = bytes[start..<position]
        guard text.contains(UInt8(ascii: "\\")) else {
            return String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
        }
        return (try? JSONParser.parse(Array(text)))?.string ?? ""
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while position < bytes.count, condition(bytes[position]) { position += 1 }
    }
}
