// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Text from registries and configuration, made fit to be shown.
enum OutsideText {
    /// One line of at most `limit` characters, what is unseen in it as spaces, secrets masked.
    static func oneLine(_ text: String, limit: Int) -> String {
        let read = text.utf8.count > 16 << 10 ? String(text.prefix(8 << 10)) : text
        let plain = read.unicodeScalars.map { $0.isUnseen ? " " : Character($0) }
        let masked = Redactor.shared.redact(RecentTokens.shared.mask(String(plain)))
        return masked.split(separator: " ").joined(separator: " ").withoutMiddle(keeping: limit)
    }
}
