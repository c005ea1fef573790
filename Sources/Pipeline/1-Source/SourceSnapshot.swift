// SPDX-License-Identifier: Apache-2.0

/// One commit of the project's repository, with its author and subject.
package struct CommitInfo: Sendable, Hashable, Codable {
    /// 40 lower-case hexadecimal digits.
    package let id: String
    /// `main`, `v1.2.0`, or the commit itself: the ref by which the commit was found.
    package let ref: String
    package let authorName: String
    package let authorEmail: String
    /// Seconds since 1970, by the author's clock.
    package let authoredAt: Int64
    /// First line of the commit message, at most 200 characters.
    package let subject: String
    /// Where the ref was read; nil in records of older versions.
    package let origin: CommitOrigin?

    package init(
        id: String,
        ref: String,
        authorName: String,
        authorEmail: String,
        authoredAt: Int64,
        subject: String,
        origin: CommitOrigin? = nil
    ) {
        self.id = id
        self.ref = ref
        self.authorName = authorName
        self.authorEmail = authorEmail
        self.authoredAt = authoredAt
        self.subject = subject
        self.origin = origin
    }

    /// The first eight digits.
    package var shortID: String { String(id.prefix(8)) }
    /// Flux's form: `main@sha1:<40 hex>`.
    package var revision: String { "\(ref)@sha1:\(id)" }
    /// The short form for display: `main@1a2b3c4d`.
    package var shortRevision: String { "\(ref)@\(shortID)" }
    /// `Name <email>`.
    package var author: String { "\(authorName) <\(authorEmail)>" }
}

/// One file below the project's path, read from git's object database.
package struct SourceFile: Sendable, Hashable {
    /// Path from the repository's root, `/`-separated: `infra/web/deployment.yaml`.
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// A commit with all files below the project's path: the first value of a pass. Always complete.
package struct SourceSnapshot: Sendable, Hashable {
    package let commit: CommitInfo
    /// The folder that is synced, such as `infra`; empty for the repository's root.
    package let path: String
    /// Object id of that folder's tree: equal ids mean equal files, whatever the commit.
    package let treeID: String
    /// Ascending by path: files whose name ends in `.yaml`, `.yml` or `.json`, and without their bytes those that only look
    /// so (`web.YAML`, `Kustomization`).
    package let files: [SourceFile]

    package init(commit: CommitInfo, path: String, treeID: String, files: [SourceFile]) {
        self.commit = commit
        self.path = path
        self.treeID = treeID
        self.files = files
    }
}
