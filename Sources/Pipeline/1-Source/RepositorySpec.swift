// SPDX-License-Identifier: Apache-2.0
import GitStore

/// Which folder of which repository is synced.
package struct RepositorySpec: Sendable, Hashable {
    /// `https://host/path`, `ssh://git@host/path`, `git@host:path`, `file:///path` or a path. Never with a password.
    package let url: String
    package let ref: GitRef
    /// `/`-separated from the repository's root, such as `infra`; empty for the root itself.
    package let path: String

    package init(url: String, ref: GitRef, path: String) {
        self.url = url
        self.ref = ref
        self.path = path
    }

    /// Where the repository is, checked.
    ///
    /// - Throws: ``SourceError`` with reason `git(.configuration)`; its message never repeats a password.
    func address() throws(SourceError) -> GitAddress {
        do throws(GitError) { return try GitAddress(url) } catch { throw SourceError(error) }
    }
}
