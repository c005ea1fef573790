// SPDX-License-Identifier: Apache-2.0
import PlainText
import SyncSource

/// The commit from which a project was synced last, stored beside the inventory. So the next sync, from whatever data
/// folder, refuses a tag that was moved since then and, where the project asks for it, a branch that went back.
package struct FollowedCommit: Sendable, Hashable {
    /// 40 lower-case hexadecimal digits.
    package let id: String
    /// The ref by which it was found; git allows no blanks in one.
    package let ref: String
    /// Where the ref was read.
    package let origin: CommitOrigin

    /// Nil for a commit of which it is not known where it was read.
    package init?(_ commit: CommitInfo) {
        guard let origin = commit.origin else { return nil }
        id = commit.id
        ref = commit.ref
        self.origin = origin
    }

    /// Reads ``text``; nil for anything else.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, words[0].isHexadecimal(digits: 40), words[2].isHexadecimal(digits: 64),
            let kind = CommitOrigin.RefKind(rawValue: words[1]), !words[3].isEmpty
        else { return nil }
        id = words[0]
        ref = words[3]
        origin = CommitOrigin(repository: words[2], refKind: kind)
    }

    /// `COMMIT KIND REPOSITORY REF`: the commit, what kind of ref was followed, the hash of the repository's address, and the
    /// ref.
    package var text: String { "\(id) \(origin.refKind.rawValue) \(origin.repository) \(ref)" }

    /// The commit; its author is not known.
    package var commit: CommitInfo {
        CommitInfo(id: id, ref: ref, authorName: "", authorEmail: "", authoredAt: 0, subject: "", origin: origin)
    }
}
