// SPDX-License-Identifier: Apache-2.0
import PlainText

/// What a secret looks like in the middle of a longer text that is Base64, such as `user:password` of a header.
///
/// Three bytes are four letters there, so that a text has three looks, by how many bytes stand in front of it. A letter at
/// an end that has bits of a neighbour is no part of them: it stays visible, and tells less than a byte.
enum Base64Parts {
    /// Of shorter secrets so few letters are left that other texts might hold them by chance.
    static let minBytes = 8
    /// Longer secrets are files; in Base64 these are looked for as a whole alone.
    static let maxBytes = 1024

    /// The looks of a secret, in the alphabet of URLs too where that differs; none of a very short or long one.
    static func all(of secret: [UInt8]) -> [[UInt8]] {
        guard (minBytes...maxBytes).contains(secret.count) else { return [] }
        return (0..<3).flatMap { shift -> [[UInt8]] in
            let look = part(of: secret, behind: shift)
            let other = look.map(inURLs)
            return other == look ? [look] : [look, other]
        }
    }

    /// The letters all of whose bits are the secret's, when so many bytes more than a multiple of three precede it.
    private static func part(of secret: [UInt8], behind shift: Int) -> [UInt8] {
        let bytes = Array(repeating: UInt8(0), count: shift) + secret
        let letters = Base64.text(of: bytes).utf8.prefix(bytes.count * 8 / 6)
        return Array(letters.dropFirst((shift * 8 + 5) / 6))
    }

    private static func inURLs(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: letter
        }
    }
}
