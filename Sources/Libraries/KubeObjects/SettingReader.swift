// SPDX-License-Identifier: Apache-2.0

/// Finds the secrets of a text that is not one JSON document: what stands behind telling keys in environment files, INI, TOML,
/// YAML, properties, connection strings, XML, JSON lines and scripts, and the logins of URLs.
///
/// There is one rule: a name in front of a sign (`DB_PASSWORD=…`, `password: …`, `"token" => …`, `<password>…`) and what stands
/// behind the sign, read as ``SettingValue``. What a setting takes is not read again, so that the work is in proportion to
/// the text.
struct SettingReader {
    /// A longer text is masked as a part of the whole value only.
    static let maxTextBytes = 16 << 10
    /// A value of `value:` belongs to a `name:` that is so many lines above it at the most.
    private static let maxDistance = 2

    private var leaves: [SecretLeaf] = []
    private var known: Set<SecretLeaf> = []
    /// How many settings had telling keys, and how many others there were.
    private var counts = (telling: 0, others: 0)
    /// How many bytes all further leaves may have together.
    private var budget: Int
    private var lineNumber = 0
    /// The line of the last `name:` that was the name of a secret; nil once its `value:` was read.
    private var namedLine: Int?
    private var block: Block?

    /// What stands on deeper lines below a telling key: a YAML text of its own.
    fileprivate struct Block {
        let indentation: Int
        var lines: [ArraySlice<UInt8>] = []
    }

    private init(budget: Int) { self.budget = budget }

    /// The secrets of a text in its order, each once: of ``SecretLeaf/maxCount`` settings with telling keys and as many others,
    /// with four times as many bytes as the text has together.
    static func leaves(of value: String) -> [SecretLeaf] {
        var reader = SettingReader(budget: 4 * value.utf8.count)
        let lines = Array(value.utf8).split { $0 == 0x0A || $0 == 0x0D }
        for line in lines where reader.hasRoom { reader.read(line) }
        reader.endBlock()
        return reader.leaves
    }

    private var hasRoom: Bool { counts.telling < SecretLeaf.maxCount && budget > 0 }

    /// Takes what one setting may mean.
    private mutating func add(_ found: some Sequence<SecretLeaf>) {
        var (isTelling, isOther) = (false, false)
        for leaf in found where !PlainWord.isPlace(leaf.text) {
            let bytes = leaf.text.utf8.count
            guard bytes >= KnownSecrets.minBytes, bytes <= Self.maxTextBytes, hasRoom,
                leaf.isTelling || counts.others < SecretLeaf.maxCount, known.insert(leaf).inserted
            else { continue }
            leaves.append(leaf)
            budget -= bytes
            if leaf.isTelling { isTelling = true } else { isOther = true }
        }
        counts.telling += isTelling ? 1 : 0
        counts.others += isOther ? 1 : 0
    }

    private mutating func read(_ wholeLine: ArraySlice<UInt8>) {
        lineNumber += 1
        let text = wholeLine.trimmingBlanks
        let line = wholeLine[..<text.endIndex]
        let indentation = text.startIndex - line.startIndex
        if let outer = block?.indentation, !text.isEmpty {
            if indentation > outer { block?.take(text) } else { endBlock() }
        }
        for login in SecretLeaf.logins(in: line, atMost: SecretLeaf.maxCount).sorted(by: { $0.text < $1.text }) {
            add([login])
        }
        var index = line.startIndex
        var isFirst = true
        while index < line.endIndex, hasRoom {
            guard let key = key(before: index, in: line) else {
                index += 1
                continue
            }
            index = read(key, line, isFirst: &isFirst, indentation: indentation)
        }
    }

    /// One line below the key is its text; of more lines each may be anything.
    private mutating func endBlock() {
        guard let ended = block else { return }
        block = nil
        for line in ended.lines {
            add([SecretLeaf(text: String(decoding: line, as: UTF8.self), isTelling: ended.lines.count == 1)])
        }
    }
}

extension SettingReader.Block {
    fileprivate mutating func take(_ line: ArraySlice<UInt8>) {
        if lines.count < SecretLeaf.maxCount { lines.append(line) }
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

        /// See ``SecretLeaf/namesPlaces(_:)``.
        var namesPlaces: Bool { SecretLeaf.namesPlaces(String(decoding: name, as: UTF8.self)) }

        /// Whether it is one of these names, in any case.
        func isOne(of names: String...) -> Bool {
            names.contains { $0.utf8.count == name.count && String(decoding: name, as: UTF8.self).lowercased() == $0 }
        }
    }

    /// The key whose sign stands at a place; nil when there is none.
    private func key(before index: Int, in line: ArraySlice<UInt8>) -> Key? {
        // Asked at every byte, and most are no sign.
        var before: ArraySlice<UInt8> { line[..<index].suffix(SensitiveName.maxBytes + 8) }
        func key(_ end: ArraySlice<UInt8>, _ sign: Key.Sign, skipping count: Int = 1) -> Key? {
            let name = end.suffix(SensitiveName.maxBytes)
            let start = name.lastIndex { !$0.isKeyByte }.map { $0 + 1 } ?? name.startIndex
            guard start < name.endIndex else { return nil }
            return Key(name: name[start...], sign: sign, end: index + count)
        }
        switch line[index] {
        case UInt8(ascii: "="), UInt8(ascii: ":"):
            let isURL = line[index] == UInt8(ascii: ":") && line[(index + 1)...].starts(with: "//".utf8)
            var end = before.trimmingBlanks
            if end.last?.isQuoteByte == true { end = end.dropLast() }
            let next = line[(index + 1)...].first
            // `==`, `:=`, `::` and `=>`
            let isDouble = next == line[index] || next == UInt8(ascii: "=") || next == UInt8(ascii: ">")
            let found = key(end, .assignment, skipping: isDouble ? 2 : 1)
            return isURL && found?.isTelling == false ? nil : found
        case UInt8(ascii: ">"):
            guard let key = key(before, .tag) else { return nil }
            // `<password>`, `<wsse:Password>`
            let prefix = line[..<key.name.startIndex].suffix(SensitiveName.maxBytes)
            let opening = prefix.last { !$0.isKeyByte && $0 != UInt8(ascii: ":") }
            return opening == UInt8(ascii: "<") ? key : nil
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
            guard rest[text.endIndex...].starts(with: "</".utf8) else { return key.end }
            add([SecretLeaf(text: String(decoding: text.trimmingBlanks, as: UTF8.self), isTelling: true)])
            return text.endIndex
        case .blank:
            let word = rest.drop(while: \.isBlankByte).prefix { !$0.isBlankByte }
            add([SecretLeaf(text: String(decoding: word, as: UTF8.self), isTelling: false)])
            // The word may be the name of a setting itself.
            return key.end
        case .assignment: break
        }
        let isValue = key.isOne(of: "value") && namedLine.map { lineNumber - $0 <= Self.maxDistance } == true
        guard key.isTelling || isValue else {
            if key.isOne(of: "name", "key") { namedLine = Self.isTelling(rest) ? lineNumber : nil }
            return key.end
        }
        namedLine = nil
        if Self.isBlockMark(rest.trimmingBlanks) { block = block ?? Block(indentation: indentation) }
        let value = SettingValue(rest, isFirst: isFirst)
        isFirst = false
        add(
            value.leaves.map { leaf in
                // What a script compares may be a word.
                if line[..<key.end].hasSuffix("==") { return SecretLeaf(text: leaf.text, isTelling: false) }
                let isURL = rest.starts(with: "//".utf8) && line[..<key.end].hasSuffix(":")
                return key.namesPlaces || isURL ? leaf.judged : leaf
            }
        )
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
