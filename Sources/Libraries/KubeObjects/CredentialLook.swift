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

    /// Whether a name looks like a credential as a whole: `s3cr3t9hunter2` or a UUID, but not `db-2f8a9c1d7b` or
    /// `k8s-node-12`, which tools make.
    static func isLikelyName(_ name: some Collection<UInt8>) -> Bool {
        var turns = 0
        for part in name.split(whereSeparator: { !$0.isPartByte }) {
            let mix = LetterMix(part)
            if part.count >= minNameBytes, !mix.isWord { return true }
            turns += mix.turns
        }
        return turns >= minNameTurns
    }

    /// Whether a text may stand elsewhere by chance: a few words, a name, a version, an address without a login.
    /// Anything else of some length is rare enough to be hidden wherever it stands.
    static func isCommon(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if bytes.count < minBytes { return true }
        guard bytes.allSatisfy(\.isNameByte), text.utf8Offset(of: "://") == nil || !bytes.contains(UInt8(ascii: "@"))
        else { return false }
        if bytes.count >= 32, bytes.contains(0x20) { return false }
        guard bytes.indices.allSatisfy({ isOrdinary(bytes, at: $0) }), !RunMix(bytes).isRandom else { return false }
        return bytes.split(whereSeparator: { !$0.isPartByte }).allSatisfy { part in
            let mix = LetterMix(part)
            return mix.isWord && part.count < (mix.hasDigits ? 16 : 24)
        }
    }

    /// Whether the byte is none of `()&'`, or one as people write it: beside a blank, at an end of the text, or between
    /// two words; `l'Hôpital` and `it's` too.
    private static func isOrdinary(_ bytes: [UInt8], at index: Int) -> Bool {
        guard bytes[index].isSentenceMark else { return true }
        let before = bytes[..<index]
        let after = bytes[(index + 1)...]
        if before.last ?? 0x20 == 0x20 || after.first ?? 0x20 == 0x20 { return true }
        // Three letters and one more byte tell enough of each side, so that a long text costs little.
        let left = before.suffix(4).reversed().prefix(while: \.isPartByte)
        let right = after.prefix(4).prefix(while: \.isPartByte)
        guard left.allSatisfy(\.isLetter), right.allSatisfy(\.isLetter) else { return false }
        if bytes[index] == UInt8(ascii: "'") { return !left.isEmpty && !right.isEmpty && left.count + right.count >= 3 }
        return left.count >= 3 && right.count >= 3
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

    init(_ text: [UInt8]) {
        var isApart = false
        for byte in text {
            if byte.isDigit || byte.isLetter {
                add(byte.isDigit ? .digit : byte.isCapital ? .capital : .small, isApart: isApart)
                isApart = false
            } else {
                isApart = true
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
    fileprivate var isCapital: Bool { (0x41...0x5A).contains(self) }
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
