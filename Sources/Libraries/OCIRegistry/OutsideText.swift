// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Text from registries and configuration, made fit to be shown.
enum OutsideText {
    /// One line of at most `limit` characters, what is unseen in it as spaces, secrets masked.
    static func oneLine(_ text: String, limit: Int) -> String {
        let read = text.utf8.count > 16 << 10 ? String(text.prefix(8 << 10)) : text
        return OneLine.words(read, limit: limit, unseen: .blank) {
            Redactor.shared.redact(RecentTokens.shared.mask($0))
        }
    }
}
