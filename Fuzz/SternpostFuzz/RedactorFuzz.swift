// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The first line is a secret, the rest a text that may hold it.
enum RedactorFuzz {
    static func redact(_ bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: 0x0A), let secret = String(validating: bytes[..<end], as: UTF8.self) else {
            return
        }
        let text = String(decoding: bytes[(end + 1)...], as: UTF8.self)
        let redactor = Redactor()
        redactor.register(secret)
        let masked = redactor.redact(text + secret + text)
        // A plain word may stay where it is part of a longer name.
        let isWord =
            secret.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) } || secret.utf8.allSatisfy { 0x30...0x39 ~= $0 }
        guard secret.utf8.count >= 8, !isWord || secret.utf8.count > 15, !secret.contains("•") else { return }
        require(!Array(masked.utf8).contains(Array(secret.utf8)), "the secret is left: \(masked)")
        require(redactor.redact(Base64.text(of: Array(secret.utf8))) == Redactor.mask, "its base64 is left")
        let quoted = JSON.string(JSON.string(secret).text).text
        require(redactor.redact(quoted).hasPrefix("\"\\\"\(Redactor.mask)"), "quoted twice it is left: \(quoted)")
    }
}
