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

    /// Whether a text may stand elsewhere by chance: a few words, a name, a version, an address without a login.
    /// Anything else of some length is rare enough to be hidden wherever it stands.
    static func isCommon(_ text: String) -> Bool {
        let bytes = text.utf8
        if bytes.count < minBytes { return true }
        guard bytes.allSatisfy(\.isNameByte), text.utf8Offset(of: "://") == nil || !bytes.contains(UInt8(ascii: "@"))
        else { return false }
        if bytes.count >= 32, bytes.contains(0x20) { return false }
        return bytes.split(whereSeparator: { !$0.isPartByte }).allSatisfy { part in
            let mix = LetterMix(part)
            return mix.isWord && part.count < (mix.hasDigits ? 16 : 24)
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
    private var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) && self >= 0x41 || self >= 0x80 }
    fileprivate var isPartByte: Bool { isLetter || isDigit || isMark }
    /// Part of a name, an address or a few words.
    fileprivate var isNameByte: Bool { isLetter || isDigit || "-._/:@, ()&'".utf8.contains(self) }
}
