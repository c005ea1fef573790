// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeObjects

/// Why there is no snapshot. Without one nothing is pruned: the last good revision stays.
package struct SourceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Sendable, Hashable {
        /// The repository itself could not be read.
        case git(GitError.Reason)
        /// The commit has no such folder, or it is a file.
        case missingPath
        /// The folder holds no `.yaml`, `.yml` or `.json` file.
        case emptyPath
        /// A submodule, symbolic link, LFS pointer or a name that is not allowed; the path from the repository's root.
        case unsupportedEntry(path: String)
        /// A limit of ``SnapshotLimits`` was passed.
        case tooLarge
    }

    package let reason: Reason
    /// One line: what, where, why, and what to do.
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package init(_ error: GitError) {
        self.init(.git(error.reason), error.message)
    }

    package var description: String { message }

    /// Whether the same call may succeed later without a new commit and without any change by a person.
    package var isRetryable: Bool {
        if case .git(let reason) = reason { return GitError(reason, message).isRetryable }
        return false
    }
}
