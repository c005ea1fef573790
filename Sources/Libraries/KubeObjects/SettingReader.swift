// SPDX-License-Identifier: Apache-2.0

/// Finds the secrets of a text that is not one JSON document: what stands behind telling keys in environment files, INI, TOML,
/// YAML, properties, connection strings, XML, JSON lines and scripts, and the logins of URLs.
///
/// There is one rule: a name in front of a sign (`DB_PASSWORD=…`, `password: …`, `"token" => …`, `<password>…`) and what stands
/// behind the sign, read as ``SettingValue``. What a setting takes is not read again, so that the work is in proportion to
/// the text.
struct SettingReader {
    private var leaves: [SecretLeaf] = []
    private var known: Set<SecretLeaf> = []
    /// Whether the last `name:` was that of a secret, so that the next `value:` is one.
    private var isNamed = false
    private var block: Block?

    /// What stands on deeper lines below a telling key: a YAML text of its own.
    private struct Block {
        let indentation: Int
        var lines: [ArraySlice<UInt8>] = []
    }

    /// The secrets of a text in its order, each once.
    static func leaves(of value: String) -> [SecretLeaf] {
        var reader = SettingReader()
        let lines = Array(value.utf8).split(omittingEmptySubsequences: true) { $0 == 0x0A || $0 == 0x0D }
        for line in lines where reader.hasRoom { reader.read(line) }
        reader.endBlock()
        return Array(reader.leaves.prefix(SecretLeaf.maxCount))
    }

    private var hasRoom: Bool { leaves.count < SecretLeaf.maxCount }

    private mutating func add(_ found: [SecretLeaf]) {
        for leaf in found where hasRoom && !leaf.text.isEmpty && known.insert(leaf).inserted { leaves.append(leaf) }
    }

    private mutating func read(_ line: ArraySlice<UInt8>) {
        let text = line.trimmingBlanks
        if let open = block, !text.isEmpty {
            if text.startIndex - line.startIndex > open.indentation {
                block?.lines.append(text)
            } else {
                endBlock()
            }
        }
        add(SecretLeaf.logins(in: line, atMost: SecretLeaf.maxCount - leaves.count))
        var index = line.startIndex
        var isFirst = true
        while index < line.endIndex, hasRoom {
            guard let key = key(before: index, in: line) else {
                index += 1
                continue
            }
            index = read(key, line, isFirst: &isFirst, indentation: text.startIndex - line.startIndex)
        }
    }

    /// One line below the key is its text; of more lines each may be anything.
    private mutating func endBlock() {
        guard let ended = block else { return }
        block = nil
        add(
            ended.lines.map { SecretLeaf(text: String(decoding: $0, as: UTF8.self), isTelling: ended.lines.count == 1) }
        )
    }
}

extension SettingReader {
    /// A name and the sign behind it.
    private struct Key {
        enum Sign {
            case assignment, tag, blank
        }

        let name: ArraySlice<UInt8>
        let sign: Sign
        /// Where the value may begin.
        let end: Int

        /// Whether what stands behind it is a secret. `_auth` is npm's name of a login in Base64.
        var isTelling: Bool { SensitiveName.matches(bytes: name) || name.elementsEqual("_auth".utf8) }

        /// Whether it is one of these names, in any case.
        func isOne(of names: String...) -> Bool {
            names.contains { $0.utf8.count == name.count && String(decoding: name, as: UTF8.self).lowercased() == $0 }
        }
    }

    /// The key whose sign stands at a place; nil when there is none.
    private func key(before index: Int, in line: ArraySlice<UInt8>) -> Key? {
        let before = line[..<index].suffix(SensitiveName.maxBytes + 8)
        let next = line[(index + 1)...].first
        func key(_ end: ArraySlice<UInt8>, _ sign: Key.Sign, skipping count: Int = 1) -> Key? {
            let name = end.suffix(SensitiveName.maxBytes)
            let start = name.lastIndex { !$0.isKeyByte }.map { $0 + 1 } ?? name.startIndex
            guard start < name.endIndex else { return nil }
            return Key(name: name[start...], sign: sign, end: index + count)
        }
        switch line[index] {
        case UInt8(ascii: "="), UInt8(ascii: ":"):
            let isURL = line[(index + 1)...].starts(with: "//".utf8)
            guard !isURL else { return nil }
            var end = before.trimmingBlanks
            if end.last?.isQuoteByte == true { end = end.dropLast() }
            let isDouble = next == line[index] || next == UInt8(ascii: "=") || next == UInt8(ascii: ">")
            return key(end, .assignment, skipping: isDouble ? 2 : 1)
        case UInt8(ascii: ">"):
            guard let key = key(before, .tag), key.name.startIndex > line.startIndex,
                line[key.name.startIndex - 1] == UInt8(ascii: "<")
            else { return nil }
            return key
        case 0x20, 0x09:
            // `password TEXT` of .netrc, `requirepass TEXT` of Redis.
            guard let key = key(before, .blank), key.isOne(of: "password", "passwd", "requirepass", "masterauth"),
                key.name.startIndex == line.startIndex || line[key.name.startIndex - 1].isBlankByte
            else { return nil }
            return key
        default: return nil
        }
    }

    /// Reads what stands behind a key; gives where to go on.
    private mutating func read(_ key: Key, _ line: ArraySlice<UInt8>, isFirst: inout Bool, indentation: Int) -> Int {
        let rest = line[key.end...]
        switch key.sign {
        case .tag:
            guard key.isTelling else { return key.end }
            let text = rest.prefix { $0 != UInt8(ascii: "<") }
            add([SecretLeaf(text: String(decoding: text.trimmingBlanks, as: UTF8.self), isTelling: true)])
            return text.endIndex
        case .blank:
            let word = rest.drop(while: \.isBlankByte).prefix { !$0.isBlankByte }
            add([SecretLeaf(text: String(decoding: word, as: UTF8.self), isTelling: false)])
            // The word may be the name of a setting itself.
            return key.end
        case .assignment: break
        }
        let isValue = key.isOne(of: "value") && isNamed
        guard key.isTelling || isValue else {
            if key.isOne(of: "name", "key") { isNamed = Self.isTelling(rest) }
            return key.end
        }
        isNamed = false
        if Self.isBlockMark(rest.trimmingBlanks) { block = block ?? Block(indentation: indentation) }
        let value = SettingValue(rest, isFirst: isFirst)
        isFirst = false
        add(value.leaves)
        return max(value.end, key.end)
    }

    /// Whether the first word is the name of a secret.
    private static func isTelling(_ rest: ArraySlice<UInt8>) -> Bool {
        SensitiveName.matches(
            bytes: rest.prefix(SensitiveName.maxBytes).drop { !$0.isKeyByte }.prefix(while: \.isKeyByte)
        )
    }

    /// `|`, `>` and the like, behind which the text stands on the lines below.
    private static func isBlockMark(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first, first == UInt8(ascii: "|") || first == UInt8(ascii: ">") else { return false }
        return value.count <= 3 && value.dropFirst().allSatisfy { "+-123456789".utf8.contains($0) }
    }
}
