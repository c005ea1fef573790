// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Digests that stay the same from one run to the next (FNV-1a), for names and cache keys; not for security.
package enum StableHash {
    /// The 64-bit digest as 16 upper-case hexadecimal digits.
    package static func hexadecimal(of bytes: some Sequence<UInt8>) -> String {
        let digits = String(digest(bytes), radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The digest of a JSON value in the alphabet of Kubernetes' generated names, as in `pod-template-hash`: 8 to 10
    /// characters without vowels and without digits that look like letters. `collisions` counts up when the name is taken
    /// by another value.
    static func suffix(of json: JSON, collisions: Int64 = 0) -> String {
        var bytes = json.serialized()
        if collisions > 0 { bytes += Array("#\(collisions)".utf8) }
        let folded = digest(bytes)
        return encoded(String(UInt32(truncatingIfNeeded: folded ^ folded >> 32)))
    }

    /// A number that some values share with few others.
    static func number(of values: JSON?...) -> UInt32 {
        UInt32(truncatingIfNeeded: digest(values.flatMap { ($0 ?? .null).serialized() }) >> 16)
    }

    /// Decimal digits in the alphabet of generated names.
    private static func encoded(_ digits: String) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
        return String(decoding: digits.utf8.map { alphabet[Int($0) % alphabet.count] }, as: UTF8.self)
    }

    private static func digest(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return value
    }
}
