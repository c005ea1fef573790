// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// A uid in as few bytes as text allows: 22 instead of 36. It is most of what a member costs.
enum ShortUID {
    /// The prefix of a uid that is not a UUID in the usual spelling, and is stored unchanged.
    private static let verbatim: Character = "="

    /// Base64 of the 16 bytes of a UUID, without padding.
    static func text(of uid: String) -> String {
        guard let bytes = bytes(ofUUID: uid) else { return "\(verbatim)\(uid)" }
        return String(Base64.text(of: bytes).prefix(22))
    }

    /// The uid of such a text; nil for any other text.
    static func uid(of text: String) -> String? {
        if text.first == verbatim { return String(text.dropFirst()) }
        guard text.utf8.count == 22, let bytes = Base64.bytes(of: text + "==", padding: .optional), bytes.count == 16
        else {
            return nil
        }
        let hexadecimal = bytes.hexadecimal
        var uid = ""
        for (index, digit) in hexadecimal.enumerated() {
            if [8, 12, 16, 20].contains(index) { uid.append("-") }
            uid.append(digit)
        }
        return uid
    }

    /// Nil for anything that is not spelt as ``uid(of:)`` would.
    private static func bytes(ofUUID uid: String) -> [UInt8]? {
        guard uid.utf8.count == 36 else { return nil }
        var digits: [UInt8] = []
        for (index, byte) in uid.utf8.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
