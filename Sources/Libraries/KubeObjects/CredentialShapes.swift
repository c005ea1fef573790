// SPDX-License-Identifier: Apache-2.0

/// Finds in a text what is shaped like a credential: user info in URLs, `Authorization` headers, private keys in PEM, and
/// values behind a telling name (`password=…`, `--token …`, and `token: …` if the value looks like a credential).
///
/// One pass over the bytes: what stands in front of a place is looked at over a bounded length, and what was scanned
/// behind it is not scanned again. Generic, so that a test can count the bytes that are read.
struct CredentialShapes<Bytes: RandomAccessCollection> where Bytes.Element == UInt8, Bytes.Index == Int {
    private let bytes: Bytes
    private let form: Redactor.Form
    private let names: [PublicNames]
    private let end: Int
    private var found: [Range<Int>] = []

    private init(_ bytes: Bytes, _ form: Redactor.Form, _ names: [PublicNames]) {
        self.bytes = bytes
        self.form = form
        self.names = names
        end = bytes.endIndex
    }

    /// The places of what has to be masked, ascending and apart. `names` are shown where only their look tells against
    /// them: the name of a generated Secret ends with random letters and digits.
    static func ranges(in bytes: Bytes, form: Redactor.Form, besides names: [PublicNames] = []) -> [Range<Int>] {
        var shapes = CredentialShapes(bytes, form, names)
        shapes.scan()
        return shapes.found
    }

    private mutating func scan() {
        var index = bytes.startIndex
        while index < end {
            let range: Range<Int>? =
                switch bytes[index] {
                case UInt8(ascii: ":"): userInfo(at: index) ?? value(at: index)
                case UInt8(ascii: "="): value(at: index)
                case UInt8(ascii: "-"): privateKey(at: index) ?? (form == .document ? flagValue(at: index) : nil)
                case UInt8(ascii: "a"), UInt8(ascii: "A"): authorization(at: index)
                default: nil
                }
            if let range, !range.isEmpty {
                if !isMasked(range) { found.append(range) }
                index = range.upperBound
            } else {
                index += 1
            }
        }
    }

    /// Whether a mask stands there already, which may say that the value behind it changed.
    private func isMasked(_ range: Range<Int>) -> Bool {
        MaskBytes.all.contains { $0.count == range.count && bytes[range].elementsEqual($0) }
    }

    private func byte(_ index: Int) -> UInt8? { index >= bytes.startIndex && index < end ? bytes[index] : nil }

    private func stands(_ word: StaticString, at start: Int, ignoringCase: Bool = false) -> Bool {
        guard start >= bytes.startIndex, start + word.utf8CodeUnitCount <= end else { return false }
        for offset in 0..<word.utf8CodeUnitCount {
            let byte = bytes[start + offset]
            let letter = ignoringCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if letter != word.utf8Start[offset] { return false }
        }
        return true
    }

    /// The first index from `start` on whose byte does not satisfy the condition.
    private func skip(_ start: Int, while condition: (UInt8) -> Bool) -> Int {
        var index = start
        while index < end, condition(bytes[index]) { index += 1 }
        return index
    }
}

// MARK: - URLs, headers and keys

extension CredentialShapes {
    /// `user:password` of `scheme://user:password@host`, up to the last `@` in front of the path.
    private func userInfo(at index: Int) -> Range<Int>? {
        guard stands("://", at: index), let before = byte(index - 1), before.isLetterOrDigit else { return nil }
        let start = index + 3
        var last: Int?
        var place = start
        while place < end, bytes[place] != UInt8(ascii: "/"), !bytes[place].isWhite, !bytes[place].isQuote {
            if bytes[place] == UInt8(ascii: "@") { last = place }
            place += 1
        }
        return last.map { start..<$0 }
    }

    /// What follows `Authorization:`, without the name of the scheme.
    private func authorization(at index: Int) -> Range<Int>? {
        guard stands("authorization", at: index, ignoringCase: true), mayBeginHeader(at: index) else { return nil }
        var place = index + 13
        if byte(place)?.isQuote == true { place += 1 }
        let isHeader = byte(place) == UInt8(ascii: ":") || byte(place) == UInt8(ascii: "=")
        let start = skip(isHeader ? place + 1 : place) { $0.isWhite || $0.isQuote && isHeader }
        guard isHeader || start > place else { return nil }
        var value = start
        for scheme in ["bearer", "basic", "token"] as [StaticString] where stands(scheme, at: start, ignoringCase: true)
        {
            let behind = start + scheme.utf8CodeUnitCount
            value = skip(behind, while: \.isWhite)
            if value == behind { value = start }
        }
        guard isHeader || value > start else { return nil }
        let close = skip(value, while: \.isTokenByte)
        return close - value >= 4 ? value..<close : nil
    }

    /// Whether a header may begin there, alone or as `Proxy-Authorization`: `Service shop/authorization: …` names an object.
    private func mayBeginHeader(at index: Int) -> Bool {
        let start = stands("proxy-", at: index - 6, ignoringCase: true) ? index - 6 : index
        guard let before = byte(start - 1) else { return true }
        // No object has `_` in its name, and variables do: `HTTP_AUTHORIZATION`.
        return before == 0x5F || !before.isNameByte && before != UInt8(ascii: "/")
    }

    /// A private key in PEM, its first and last line left out; one without a last line goes on to the end of the text.
    private func privateKey(at index: Int) -> Range<Int>? {
        guard stands("-----BEGIN ", at: index) else { return nil }
        let head = index + 11
        let title = skip(head) { ($0.isLetterOrDigit || $0 == 0x20) }
        guard title - head <= 64, title - head >= 11, stands("PRIVATE KEY", at: title - 11) || isPGP(head, title),
            stands("-----", at: title)
        else { return nil }
        let start = title + 5
        var place = start
        while place < end {
            if bytes[place] == UInt8(ascii: "-"), stands("-----END ", at: place) { return start..<place }
            place += 1
        }
        return start..<end
    }

    private func isPGP(_ head: Int, _ title: Int) -> Bool {
        title - head == 21 && stands("PGP PRIVATE KEY BLOCK", at: head)
    }
}

// MARK: - Values behind a name

extension CredentialShapes {
    /// The value behind `name=`; in a document also behind `name = `, `name: ` and `"name": `.
    private func value(at sign: Int) -> Range<Int>? {
        if form == .message, bytes[sign] == UInt8(ascii: ":") { return told(at: sign) }
        var nameEnd = sign
        var isQuoted = false
        if form == .document {
            while nameEnd > bytes.startIndex, sign - nameEnd < 16,
                bytes[nameEnd - 1] == 0x20 || bytes[nameEnd - 1] == 0x09
            {
                nameEnd -= 1
            }
            if nameEnd > bytes.startIndex, bytes[nameEnd - 1].isQuote {
                nameEnd -= 1
                isQuoted = true
            }
            nameEnd = skipBackslashes(before: nameEnd)
        }
        guard isTelling(endingAt: nameEnd) else { return nil }
        if form == .message { return span(from: sign + 1, isLine: false) }
        // `:=` and `==` are signs, too.
        let sign = byte(sign + 1) == UInt8(ascii: "=") ? sign + 1 : sign
        let start = skip(sign + 1) { $0 == 0x20 || $0 == 0x09 }
        // `a:b` of a word that is no key has no blank behind it; of JSON the value is in quotes, or a number.
        if bytes[sign] == UInt8(ascii: ":"), start == sign + 1, byte(start)?.isQuote != true, byte(start) != 0x5C {
            return isQuoted ? number(from: start) : nil
        }
        return span(from: start, isLine: start > sign + 1)
    }

    /// The number of JSON that starts at `start`; nil when none does.
    private func number(from start: Int) -> Range<Int>? {
        guard let first = byte(start), (0x30...0x39).contains(first) || first == UInt8(ascii: "-") else { return nil }
        return start..<skip(start) { $0.isNameByte || $0 == UInt8(ascii: "+") }
    }

    /// The value behind `--token `, of the options of a command.
    private func flagValue(at index: Int) -> Range<Int>? {
        guard byte(index - 1)?.isLetterOrDigit != true, byte(index - 1) != UInt8(ascii: "-") else { return nil }
        let name = skip(index) { $0 == UInt8(ascii: "-") }
        guard name - index <= 2 else { return nil }
        var nameEnd = name
        while nameEnd < end, nameEnd - name < SensitiveName.maxBytes, bytes[nameEnd].isNameByte { nameEnd += 1 }
        guard nameEnd > name, byte(nameEnd) == 0x20, isTelling(endingAt: nameEnd) else { return nil }
        let start = skip(nameEnd) { $0 == 0x20 }
        return byte(start) == UInt8(ascii: "-") ? nil : span(from: start, isLine: false)
    }

    /// What looks like a credential behind `name: ` or `"name":` of a sentence; `token: expired` tells none.
    private func told(at colon: Int) -> Range<Int>? {
        let isQuoted = byte(colon - 1)?.isQuote == true
        guard isTold(endingAt: isQuoted ? skipBackslashes(before: colon - 1) : colon) else { return nil }
        let blank = skip(colon + 1) { $0 == 0x20 || $0 == 0x09 }
        let start = skip(blank) { $0 == UInt8(ascii: "\\") || $0.isQuote }
        guard blank > colon + 1 || byte(start - 1)?.isQuote == true else { return nil }
        var close = skip(start) { !$0.isWhite && !$0.isQuote }
        while close > start, bytes[close - 1].isStop { close -= 1 }
        guard CredentialLook.isLikely(bytes[start..<close]), !isName(start..<close) else { return nil }
        return start..<close
    }

    private func isName(_ range: Range<Int>) -> Bool {
        names.contains { known in
            var word = PublicNames.Word(countsAll: true)
            return known.cover(range, in: bytes, &word)
        }
    }

    /// Whether a name ends in front of `index` that tells of a secret in a sentence, also one of two words: `API key`.
    private func isTold(endingAt index: Int) -> Bool {
        let start = nameStart(before: index)
        guard start < index else { return false }
        let word = Array(bytes[start..<index])
        if SensitiveName.matches(bytes: word, in: .sentence) { return true }
        guard byte(start - 1) == 0x20 else { return false }
        let first = Array(bytes[nameStart(before: start - 1)..<start - 1])
        return SensitiveName.matches(bytes: first + word, in: .sentence)
    }

    /// Whether a telling name ends in front of `index`.
    private func isTelling(endingAt index: Int) -> Bool {
        let start = nameStart(before: index)
        guard start < index else { return false }
        let place: SensitiveName.Place = form == .message ? .assignment : .document
        return SensitiveName.matches(bytes: Array(bytes[start..<index]), in: place)
    }

    private func nameStart(before index: Int) -> Int {
        var start = index
        while start > bytes.startIndex, index - start < SensitiveName.maxBytes, bytes[start - 1].isNameByte {
            start -= 1
        }
        return start
    }

    /// The place in front of the backslashes that end at `index`; of JSON in JSON in JSON a quote has seven.
    private func skipBackslashes(before index: Int) -> Int {
        var start = index
        while start > bytes.startIndex, index - start < 7, bytes[start - 1] == UInt8(ascii: "\\") { start -= 1 }
        return start
    }

    /// The value that starts at `start`: in quotes up to the closing one, else up to a blank or, `isLine`, the line's end.
    private func span(from start: Int, isLine: Bool) -> Range<Int>? {
        if form == .document {
            let opening = skip(start) { $0 == UInt8(ascii: "\\") }
            if opening - start <= 7, let quote = byte(opening), quote.isQuote {
                return opening + 1..<closing(quote, from: opening + 1, escapes: opening - start)
            }
        }
        let close =
            isLine
            ? skip(start) { $0 != 0x0A && $0 != 0x0D }
            : skip(start) { !$0.isWhite && !$0.isQuote && $0 != UInt8(ascii: "&") }
        return start..<close
    }

    /// Where a text in quotes ends: at the line's end at the latest.
    ///
    /// - Parameters:
    ///   - quote: The quote that opened it.
    ///   - start: Behind that quote.
    ///   - escapes: How many backslashes stand in front of that quote: 1 in JSON that is a text of JSON, then 3, 7.
    ///     A quote of the text itself has more.
    /// - Returns: The place of the closing quote, or of the backslashes that belong to it.
    private func closing(_ quote: UInt8, from start: Int, escapes: Int) -> Int {
        var place = start
        var run = 0
        while place < end, bytes[place] != 0x0A || run % 2 == 1 {
            if bytes[place] == quote, run % (2 * escapes + 2) <= escapes { return place - min(run, escapes) }
            run = bytes[place] == UInt8(ascii: "\\") ? run + 1 : 0
            place += 1
        }
        return place
    }
}

/// The masks as bytes.
private enum MaskBytes {
    static let all = [Array(Redactor.mask.utf8), Array(Redactor.changedMask.utf8)]
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool { (0x30...0x39).contains(self) || (0x61...0x7A).contains(self | 0x20) }
    fileprivate var isWhite: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    fileprivate var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
    /// What ends a word of a sentence or a value of JSON: a backslash, or one of `.,;:)]}`.
    fileprivate var isStop: Bool { [0x5C, 0x2E, 0x2C, 0x3B, 0x3A, 0x29, 0x5D, 0x7D].contains(self) }
    /// Part of a key or an option's name.
    fileprivate var isNameByte: Bool { isLetterOrDigit || self == 0x5F || self == 0x2D || self == 0x2E }
    /// Part of a token or of base64.
    fileprivate var isTokenByte: Bool {
        isLetterOrDigit || [0x2E, 0x5F, 0x7E, 0x2B, 0x2F, 0x3D, 0x2D].contains(self)
    }
}
