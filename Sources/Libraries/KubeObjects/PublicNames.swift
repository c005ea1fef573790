// SPDX-License-Identifier: Apache-2.0

/// Names that may be shown because they stand in git unencrypted: of objects, namespaces and kinds, and paths of files.
///
/// A Secret's value that equals a name is shown where it stands as that name: `shop` may be a namespace and the name of a
/// database, and no error would say what it is about. Two things are no reason to show a value:
/// - a name that looks like a credential itself (``CredentialLook/isLikelyName(_:)``). Who calls an object like a password
///   makes no text public in which that password stands. A plain part of such a name is shown in it;
/// - the name of a file or folder alone. Only within a longer path, or the file's name with its ending, it tells where
///   something is: a file `PASSWORD.yaml` does not show `PASSWORD` in a commit's message.
struct PublicNames: Sendable {
    /// The last name-like piece of a text that was looked at, so that each is looked at once.
    struct Word {
        /// Whether names count that look like a credential: not where a known secret stands.
        fileprivate let countsAll: Bool
        fileprivate var whole = 0..<0
        fileprivate var shown: [Range<Int>] = []
        /// The same piece with the slashes and names beside it, and the path in it; empty when it is none.
        fileprivate var run = 0..<0
        fileprivate var path = 0..<0

        /// - Parameter countsAll: True where only the look of a text tells against it.
        init(countsAll: Bool = false) { self.countsAll = countsAll }
    }

    /// The longest name of an object.
    private static let maxBytes = 253

    /// The most names that are known: enough for all that the largest projects declare. Further names may stay masked
    /// in some texts.
    private static let maxNames = 200_000

    private static let maxPathBytes = 1024

    private var hashes: Set<UInt64> = []
    /// Of names that look like a credential.
    private var likelySecrets: Set<UInt64> = []
    private var paths: Set<UInt64> = []

    /// Whether there are names that look like a credential.
    var hasLikelySecrets: Bool { !likelySecrets.isEmpty }

    mutating func insert(_ name: String) {
        guard (KnownSecrets.minBytes...Self.maxBytes).contains(name.utf8.count) else { return }
        let hash = name.utf8.reduce(into: RollingHash()) { $0.add($1) }.value
        guard hashes.count + likelySecrets.count < Self.maxNames, !hashes.contains(hash), !likelySecrets.contains(hash)
        else { return }
        if CredentialLook.isLikelyName(name.utf8) { likelySecrets.insert(hash) } else { hashes.insert(hash) }
    }

    /// Knows the path of a file, from each of its folders on, and that of its folders, from the root on. A name alone is
    /// known as a file's when there is a dot in it.
    mutating func insert(path: String) {
        guard path.utf8.count <= Self.maxPathBytes else { return }
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        for count in parts.indices.dropFirst(2) { insert(parts: parts[..<count]) }
        for start in parts.indices where start < parts.count - 1 || parts[start].contains(UInt8(ascii: ".")) {
            insert(parts: parts[start...])
        }
    }

    private mutating func insert(parts: ArraySlice<Substring.UTF8View>) {
        let hash = parts.joined(separator: [UInt8(ascii: "/")]).reduce(into: RollingHash()) { $0.add($1) }.value
        if paths.count < Self.maxNames, !paths.contains(hash) { paths.insert(hash) }
    }

    /// Whether the range lies in a name: the piece of the text that consists of letters, digits and `-._:`, or a part of it
    /// between dots and colons. Or whether it is a part of a path, and not all of it.
    func cover<Bytes: RandomAccessCollection>(_ range: Range<Int>, in bytes: Bytes, _ word: inout Word) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard !hashes.isEmpty || !likelySecrets.isEmpty || !paths.isEmpty else { return false }
        if !word.whole.contains(range.lowerBound) { read(bytes, around: range.lowerBound, into: &word) }
        if word.shown.contains(where: { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }) {
            return true
        }
        guard !paths.isEmpty else { return false }
        if !word.run.contains(range.lowerBound) { readPath(bytes, around: range.lowerBound, into: &word) }
        return word.path.lowerBound <= range.lowerBound && range.upperBound <= word.path.upperBound
            && range.count < word.path.count
    }

    private func readPath<Bytes: RandomAccessCollection>(_ bytes: Bytes, around index: Int, into word: inout Word)
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var start = index
        while start > bytes.startIndex, bytes[start - 1].isPathByte { start -= 1 }
        var end = index
        while end < bytes.endIndex, bytes[end].isPathByte { end += 1 }
        word.run = start..<max(end, index + 1)
        word.path = 0..<0
        // `../base/web.yaml` leads from one folder to another.
        while start < end, bytes[start].isPunctuation || bytes[start] == UInt8(ascii: "/") { start += 1 }
        // `web.yaml:12:3` is a line and a column of it.
        for _ in 0..<3 {
            while start < end, bytes[end - 1].isPunctuation { end -= 1 }
            if let known = path(bytes, endingIn: start..<end) {
                word.path = known
                return
            }
            var number = end
            while number > start, (0x30...0x39).contains(bytes[number - 1]) { number -= 1 }
            guard number < end, number > start, bytes[number - 1].isPunctuation else { return }
            end = number
        }
    }

    /// So many folders in front of a known path are looked behind.
    private static let maxFolders = 16

    /// The longest known path at the end of a run: of `/home/me/shop/infra/web.yaml`, of `main:infra/web.yaml`, or of
    /// `app/infra/web.yaml`, which is what no blank is in of `my app/infra/web.yaml`.
    private func path<Bytes: RandomAccessCollection>(_ bytes: Bytes, endingIn run: Range<Int>) -> Range<Int>?
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var start = run.lowerBound
        for _ in 0...Self.maxFolders {
            if isPath(bytes, start..<run.upperBound) { return start..<run.upperBound }
            while start < run.upperBound, !bytes[start].isBorder { start += 1 }
            while start < run.upperBound, bytes[start].isBorder { start += 1 }
        }
        return nil
    }

    private func isPath<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ range: Range<Int>) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard !range.isEmpty, range.count <= Self.maxPathBytes else { return false }
        var hash = RollingHash()
        for index in range { hash.add(bytes[index]) }
        return paths.contains(hash.value)
    }

    private func read<Bytes: RandomAccessCollection>(_ bytes: Bytes, around index: Int, into word: inout Word)
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var start = index
        while start > bytes.startIndex, bytes[start - 1].isWordByte { start -= 1 }
        var end = index
        while end < bytes.endIndex, bytes[end].isWordByte { end += 1 }
        word.whole = start..<max(end, index + 1)
        word.shown = []
        var parts: [Range<Int>] = []
        var partStart = start
        for place in start...end where place == end || bytes[place].isPunctuation {
            if place > partStart { parts.append(partStart..<place) }
            partStart = place + 1
        }
        guard let first = parts.first, let last = parts.last else { return }
        // Punctuation at the ends belongs to the sentence.
        let trimmed = first.lowerBound..<last.upperBound
        let countsAll = word.countsAll
        if isName(bytes, trimmed, countsAll) {
            word.shown = [trimmed]
        } else if parts.count <= Self.maxParts {
            word.shown = parts.filter { isName(bytes, $0, countsAll) }
        }
    }

    /// Of a piece with more parts only the whole counts.
    private static let maxParts = 64

    private func isName<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ range: Range<Int>, _ countsAll: Bool) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard range.count <= Self.maxBytes else { return false }
        var hash = RollingHash()
        for index in range { hash.add(bytes[index]) }
        return hashes.contains(hash.value) || countsAll && likelySecrets.contains(hash.value)
    }
}

extension UInt8 {
    fileprivate var isWordByte: Bool {
        (0x30...0x39).contains(self) || (0x61...0x7A).contains(self | 0x20) && self >= 0x41 || self == 0x2D
            || self == 0x5F
            || isPunctuation
    }

    fileprivate var isPathByte: Bool { isWordByte || self == UInt8(ascii: "/") }

    /// `/` or `:`.
    fileprivate var isBorder: Bool { self == UInt8(ascii: "/") || self == 0x3A }

    /// `.` or `:`.
    fileprivate var isPunctuation: Bool { self == 0x2E || self == 0x3A }
}
