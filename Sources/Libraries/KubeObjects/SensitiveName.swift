// SPDX-License-Identifier: Apache-2.0

/// Names of fields, keys, flags and environment variables whose text is hidden wherever it stands, Secret or not.
package enum SensitiveName {
    /// The longest name that is looked at, in bytes.
    static let maxBytes = 96

    /// In small letters, without `_`, `-` and `.`.
    private static let endings: [[UInt8]] = [
        "password", "passwd", "passphrase", "pgpass", "dbpass", "pwd", "token", "secret", "secretkeybase", "apikey",
        "privatekey", "secretkey", "accesskey", "signingkey", "encryptionkey", "masterkey", "tlskey", "credentials",
        "connectionstring", "dockerconfigjson", "dockercfg", "accountkey", "presharedkey", "bindpw", "requirepass",
    ].map { Array($0.utf8) }
    private static let plainEndings: [[UInt8]] = [
        "password", "passwd", "passphrase", "token", "apikey", "secretkey", "accesskey", "privatekey",
    ].map { Array($0.utf8) }
    private static let sentenceEndings: [[UInt8]] =
        plainEndings + ["secret", "pwd", "signingkey", "encryptionkey"].map { Array($0.utf8) }

    /// Where a name stands, which decides what it tells.
    enum Place {
        /// In an object or a document: each name counts.
        case document
        /// `name=value` in running text: `token=abc` is told apart from `secret=posts-git`, which names a Secret.
        case assignment
        /// `name: value` in a sentence, where the value looks like a credential as well.
        case sentence
    }

    /// Whether the name ends like one that holds a secret, in any case: `DB_PASSWORD`, `clientSecret`, `db-pass`, `token2`.
    package static func matches(_ name: String) -> Bool { matches(bytes: Array(name.utf8.suffix(maxBytes))) }

    /// Whether a field path leads to a hidden value: its last key is a sensitive name, or it is the `value` of an
    /// element with such a name (`.spec.containers[name="web"].env[name="DB_PASSWORD"].value`).
    package static func matches(path: String) -> Bool {
        let whole = path.utf8.split { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }
        // A key may hold dots: `.data.tls.key`.
        if matches(bytes: Array(path.utf8.suffix(maxBytes)).dropLast(path.utf8.last == UInt8(ascii: "]") ? 1 : 0)) {
            return true
        }
        guard let last = whole.last, whole.count > 1, last.elementsEqual(".value".utf8) else { return false }
        return matches(bytes: Array(whole[whole.count - 2].suffix(maxBytes)).filter { $0 != UInt8(ascii: "\"") })
    }

    /// The same for the bytes of a name.
    static func matches(bytes: some BidirectionalCollection<UInt8>, in place: Place = .document) -> Bool {
        var name = bytes.suffix(maxBytes)[...]
        if name.last == UInt8(ascii: "\"") { name = name.dropLast() }
        while let last = name.last, (0x30...0x39).contains(last) { name = name.dropLast() }
        let letters = name.filter { !isJoint($0) }.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        for ending in knownEndings(in: place) where letters.count >= ending.count {
            if letters.last == ending.last, letters.suffix(ending.count).elementsEqual(ending) { return true }
        }
        return place == .document && isPass(Array(name))
    }

    private static func knownEndings(in place: Place) -> [[UInt8]] {
        switch place {
        case .document: endings
        case .assignment: plainEndings
        case .sentence: sentenceEndings
        }
    }

    private static func isJoint(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// `pass`, `DB_PASS`, `dbPass`; not `bypass`.
    private static func isPass(_ name: [UInt8]) -> Bool {
        guard name.count >= 4, name.suffix(4).map({ $0 | 0x20 }).elementsEqual("pass".utf8) else { return false }
        guard let before = name.dropLast(4).last else { return true }
        let isCapital = name[name.count - 4] == UInt8(ascii: "P")
        return isJoint(before) || isCapital && (0x61...0x7A).contains(before)
    }
}
