// SPDX-License-Identifier: Apache-2.0

/// Base64 of the standard alphabet (RFC 4648, section 4).
package enum Base64 {
    /// What a reader makes of a text without its whole padding.
    package enum Padding: Sendable {
        /// It is not Base64, as for Go and so for the API server.
        case required
        /// It is Base64 nevertheless, and so is a text with up to two padding signs too many.
        case optional
    }

    /// The text of some bytes, with padding.
    package static func text(of bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            let second = index + 1 < bytes.count ? bytes[index + 1] : 0
            let third = index + 2 < bytes.count ? bytes[index + 2] : 0
            output.append(alphabet[Int(first >> 2)])
            output.append(alphabet[Int((first & 3) << 4 | second >> 4)])
            output.append(index + 1 < bytes.count ? alphabet[Int((second & 15) << 2 | third >> 6)] : UInt8(ascii: "="))
            output.append(index + 2 < bytes.count ? alphabet[Int(third & 63)] : UInt8(ascii: "="))
            index += 3
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The bytes behind a text, which may have line breaks anywhere; nil when it is not Base64.
    package static func bytes(of text: String, padding: Padding = .required) -> [UInt8]? {
        if padding == .required, count(of: text) == nil { return nil }
        var output: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        var signs = 0
        for byte in text.utf8 {
            let value: UInt8
            switch byte {
            case 0x41...0x5A: value = byte - 0x41
            case 0x61...0x7A: value = byte - 0x61 + 26
            case 0x30...0x39: value = byte - 0x30 + 52
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            case UInt8(ascii: "="):
                signs += 1
                continue
            case 0x0A, 0x0D: continue
            default: return nil
            }
            guard signs == 0 else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= (1 << UInt32(bits)) - 1
            }
        }
        return signs <= 2 ? output : nil
    }

    /// How many bytes ``bytes(of:padding:)`` makes of a text with its padding, without making them; nil when it is no
    /// Base64.
    package static func count(of text: String) -> Int? {
        var letters = 0
        var padding = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A, 0x0D: continue
            case UInt8(ascii: "="): padding += 1
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"):
                if padding > 0 { return nil }
                letters += 1
            default: return nil
            }
        }
        return padding <= 2 && (letters + padding) % 4 == 0 ? letters * 3 / 4 : nil
    }
}
