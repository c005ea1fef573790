// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Text from registries and configuration, made fit to be shown.
enum OutsideText {
    /// One line of at most `limit` characters, what is unseen in it as spaces, secrets masked.
    static func oneLine(_ text: String, limit: Int) -> String {
        // What is cut here lies in the middle, which a line of any limit loses as well.
        let read = text.utf8.count > 16 << 10 ? text.withoutMiddle(keeping: 16 << 10) : text
        return Redactor.shared.words(read, limit: limit, unseen: .blank)
    }
}
