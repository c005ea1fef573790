// SPDX-License-Identifier: Apache-2.0

/// Tells texts that look like a credential from words, names, versions and addresses: by how letters and digits are
/// mixed in them.
enum CredentialLook {
    /// The shortest text that is taken for a credential by its look alone, in bytes.
    static let minBytes = 8
    /// Letters and digits that take turns so often in one text are random: of a UUID, say.
    private static let minTurns = 8

    /// Whether a word of a sentence looks like a credential: `Tr0ub4dor&3`, but not `expired`, `OAuth2Client`,
    /// `v1alpha1` or `argon2id`. Some credentials do not look like one.
    static func isLikely(_ word: some Collection<UInt8>) -> Bool {
        var turns = 0
        for part in word.split(whereSeparator: { !$0.isPartByte }) {
            let mix = LetterMix(part)
            if part.count >= minBytes, !mix.isWord { return true }
            turns += mix.turns
        }
        return turns >= minTurns
    }

    /// From this length on, a part of a name is no hash that a tool has appended (`settings-7k2m9f5t4b`).
    private static let minNameBytes = 12
    /// A name with a hash behind it has fewer turns.
    private static let minNameTurns = 10
    /// The length of a hash that tools put into names: a commit, abbreviated or whole, or a part of one.
    private static func isHashLength(_ count: Int) -> Bool { 7...16 ~= count || count == 40 }

    /// Whether a name looks like a credential as a whole: `s3cr3t9hunter2` or a UUID, but not `db-2f8a9c1d7b` or
    /// `k8s-node-12`, which tools make, nor `preview-3f2a9c1d7b4e`, with a commit or another hash behind a plain word.
    static func isLikelyName(_ name: some Collection<UInt8>) -> Bool {
        var turns = 0
        var isBehindWord = false
        for (index, part) in name.split(whereSeparator: { !$0.isPartByte }).enumerated() {
            let mix = LetterMix(part)
            let isHash = isBehindWord && isHash(part, mix)
            // A UUID has no such word: only its first part may be letters in front of a longer one.
            isBehindWord =
                mix.turns <= 1 && part.contains { $0.isLetter && !$0.isHexadecimal } || index == 0 && !mix.hasDigits
            if isHash { continue }
            if part.count >= minNameBytes, !mix.isWord { return true }
            turns += mix.turns
        }
        return turns >= minNameTurns
    }

    /// Whether a part of a name is a hash: a number alone is none.
    private static func isHash(_ part: some Collection<UInt8>, _ mix: LetterMix) -> Bool {
        isHashLength(part.count) && part.allSatisfy(\.isHexadecimal) && mix.hasDigits
            && part.contains(where: \.isLetter)
    }

    /// Whether a part of a name that looks like a credential looks like one itself, be it a word of a sentence or a name.
    static func isLikelyPart(_ part: some Collection<UInt8>) -> Bool { isLikely(part) || isLikelyName(part) }

    /// Whether a text may stand elsewhere by chance: a few words, a name, a version, an address without a login.
    /// Anything else of some length is rare enough to be hidden wherever it stands.
    static func isCommon(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if bytes.count < minBytes { return true }
        let isURL = text.utf8Offset(of: "://") != nil
        guard bytes.allSatisfy(\.isNameByte), !isURL || !bytes.contains(UInt8(ascii: "@")) else { return false }
        if bytes.count >= 32, bytes.contains(0x20) { return false }
        let words = bytes.split(separator: 0x20)
        let isSentence = words.count > 1 && words.contains { $0.count >= 3 && $0.allSatisfy(\.isLetter) }
        guard bytes.indices.allSatisfy({ isOrdinary(bytes, at: $0, isSentence: isSentence) }),
            !RunMix(bytes).isRandom || isPlace(bytes, isURL: isURL)
        else { return false }
        return bytes.split(whereSeparator: { !$0.isPartByte }).allSatisfy { part in
            let mix = LetterMix(part)
            return mix.isWord && part.count < (mix.hasDigits ? 16 : 24)
        }
    }

    /// Whether the byte is none of `()&'`, or one as people write it: beside a blank, at an end of the text, or between
    /// two words; `l'Hôpital`, `it's`, `R&D` and `user(s)` too.
    private static func isOrdinary(_ bytes: [UInt8], at index: Int, isSentence: Bool) -> Bool {
        guard bytes[index].isSentenceMark else { return true }
        let before = bytes[..<index]
        let after = bytes[(index + 1)...]
        if before.last ?? 0x20 == 0x20 || after.first ?? 0x20 == 0x20 { return true }
        // Three letters and one more byte tell enough of each side, so that a long text costs little.
        let left = before.suffix(4).reversed().prefix(while: \.isPartByte)
        let right = after.prefix(4).prefix(while: \.isPartByte)
        guard left.allSatisfy(\.isLetter) else { return false }
        switch bytes[index] {
        case UInt8(ascii: "(") where left.count >= 3 && isEnding(after): return true
        case UInt8(ascii: "&") where isInitials(Array(left)) && isInitials(Array(right)):
            let outer = before.dropLast(left.count).last ?? 0x20
            return outer == 0x20 && after.dropFirst(right.count).first?.isSentenceMark != true
        case UInt8(ascii: "'"):
            guard right.allSatisfy(\.isLetter), !left.isEmpty, !right.isEmpty else { return false }
            return isSentence || left.count + right.count >= 3
        default: return right.allSatisfy(\.isLetter) && left.count >= 3 && right.count >= 3
        }
    }

    /// `R` and `D` of `R&D`.
    private static func isInitials(_ part: [UInt8]) -> Bool {
        (1...3).contains(part.count) && part.allSatisfy(\.isCapital)
    }

    /// Whether a text begins with what stands in brackets at a word's end: `s)` of `user(s)`, `2)` of `backup(2)`.
    private static func isEnding(_ text: ArraySlice<UInt8>) -> Bool {
        let inner = text.prefix(4).prefix { $0 != UInt8(ascii: ")") }
        guard (1...3).contains(inner.count), text.dropFirst(inner.count).first == UInt8(ascii: ")") else {
            return false
        }
        return inner.elementsEqual("s".utf8) || inner.allSatisfy(\.isDigit)
    }

    /// Whether a text may be a host, a region or a path of short parts: in small letters, no more than half of the parts
    /// with a number behind them, and one of them a word. `q7-w2-e9-r4` is none.
    private static func isPlace(_ bytes: [UInt8], isURL: Bool) -> Bool {
        guard bytes.allSatisfy({ $0.isSmall || $0.isDigit || "-./:".utf8.contains($0) }) else { return false }
        let parts = bytes.split { !$0.isSmall && !$0.isDigit }
        let others = parts.filter { !isShortName($0) }
        let mixed = others.filter { $0.contains(where: \.isDigit) && $0.contains(where: \.isSmall) }
        guard mixed.allSatisfy({ $0.first?.isSmall == true }) else { return false }
        if isURL { return true }
        let hasWord = others.count < parts.count || others.contains { $0.count > 1 && $0.allSatisfy(\.isSmall) }
        return hasWord && mixed.count * 2 <= parts.count
    }

    /// Names in which letters and digits take turns.
    private static let shortNames: Set<[UInt8]> = Set(
        ["k8s", "k3s", "s3", "e2e", "b2b", "p2p", "i18n", "l10n", "a11y", "o11y", "ipv4", "ipv6"].map { Array($0.utf8) }
    )

    /// Whether the part of a text is a name such as `k8s` or `IPv6`.
    fileprivate static func isShortName(_ part: ArraySlice<UInt8>) -> Bool {
        (2...4).contains(part.count) && shortNames.contains(part.map { $0 | 0x20 })
    }
}

/// The runs of small letters, of capitals and of digits in a whole text, whatever stands between them. In what people
/// name most letters are in runs of three or more; `k9.Xq-7:w@Z` has none.
private struct RunMix {
    private enum Kind {
        case small
        case capital
        case digit
    }

    /// How many letters and digits there are.
    private var count = 0
    /// Grows with each run of one or two letters, and where letters and digits meet: more where a letter follows, because
    /// names end with numbers (`rc1`).
    private var oddness = 0
    private var kinds: Set<Kind> = []
    private var last: Kind?
    private var length = 0
    private var isCapitalised = false

    /// Names such as `k8s` tell nothing.
    init(_ text: [UInt8]) {
        for part in text.split(whereSeparator: { !$0.isDigit && !$0.isLetter })
        where !CredentialLook.isShortName(part) {
            for (index, byte) in zip(part.indices, part) {
                let kind: Kind = byte.isDigit ? .digit : byte.isCapital ? .capital : .small
                add(kind, isApart: index == part.startIndex)
            }
        }
        endRun()
    }

    /// Whether letters and digits are mixed as in no name or version. One kind alone tells nothing: `a/b/c/d`.
    var isRandom: Bool { kinds.count > 1 && oddness > count }

    private mutating func add(_ kind: Kind, isApart: Bool) {
        count += 1
        kinds.insert(kind)
        let begins = last == .capital && kind == .small && length == 1
        if !isApart, kind == last || begins {
            length += 1
            if begins { isCapitalised = true }
        } else {
            if let last, (kind == .digit) != (last == .digit) { oddness += isApart || kind == .digit ? 1 : 2 }
            endRun()
            length = 1
            isCapitalised = false
        }
        last = kind
    }

    private mutating func endRun() {
        guard let last, last != .digit else { return }
        if length == 1 || length == 2 && isCapitalised {
            oddness += 2
        } else if length == 2 {
            oddness += 1
        }
    }
}

/// What one part of a text consists of.
private struct LetterMix {
    /// How often letters and digits take turns.
    private(set) var turns = 0
    private var hasCapitals = false
    private var hasSmallLetters = false
    private var hasMarks = false
    private var hasSmallLetterBehindDigit = false
    private var digits = 0
    private var longestNumber = 0

    init(_ part: some Collection<UInt8>) {
        var number = 0
        var isFirst = true
        for byte in part {
            let wasDigit = number > 0
            if byte.isDigit {
                digits += 1
                number += 1
                longestNumber = max(longestNumber, number)
            } else {
                number = 0
                if byte.isCapital {
                    hasCapitals = true
                } else if byte.isMark {
                    hasMarks = true
                } else {
                    hasSmallLetters = true
                    if wasDigit { hasSmallLetterBehindDigit = true }
                }
            }
            if !isFirst, wasDigit != byte.isDigit { turns += 1 }
            isFirst = false
        }
    }

    var hasDigits: Bool { digits > 0 }

    /// A word, a number, or what programs are called: `Sha512Hash`, `chacha20poly1305`.
    var isWord: Bool {
        if digits == 0 { return true }
        if !hasCapitals, !hasSmallLetters { return digits < 10 }
        if turns >= 4 { return false }
        guard hasCapitals, hasSmallLetters else { return true }
        return !hasMarks && !hasSmallLetterBehindDigit && longestNumber < 4
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    /// A digit or one of `a` to `f`.
    fileprivate var isHexadecimal: Bool { isDigit || (0x61...0x66).contains(self) }
    fileprivate var isCapital: Bool { (0x41...0x5A).contains(self) }
    fileprivate var isSmall: Bool { (0x61...0x7A).contains(self) }
    /// What passwords and Base64 have beside letters and digits, and sentences do not have inside of a word.
    fileprivate var isMark: Bool { self < 0x80 && "!#$%^*+=~|?".utf8.contains(self) }
    /// Every byte beyond ASCII counts as one.
    fileprivate var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) && self >= 0x41 || self >= 0x80 }
    /// Beside words in a sentence, and in passwords anywhere.
    fileprivate var isSentenceMark: Bool { "()&'".utf8.contains(self) }
    fileprivate var isPartByte: Bool { isLetter || isDigit || isMark }
    /// Part of a name, an address or a few words.
    fileprivate var isNameByte: Bool { isLetter || isDigit || isSentenceMark || "-._/:@, ".utf8.contains(self) }
}
