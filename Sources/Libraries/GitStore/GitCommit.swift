// SPDX-License-Identifier: Apache-2.0

/// What is known of a commit. Texts are one line each, without control characters.
package struct GitCommit: Sendable, Hashable {
    /// 40 lower-case hexadecimal digits.
    package let id: String
    /// The root folder.
    package let treeID: String
    package let authorName: String
    package let authorEmail: String
    /// Seconds since 1970.
    package let authoredAt: Int64
    /// First paragraph of the message, at most 200 characters.
    package let subject: String
}

/// One entry of a folder in git, unchecked.
package struct GitTreeEntry: Sendable, Hashable {
    /// What an entry of a tree is.
    package enum Kind: Sendable, Hashable {
        case file, folder, symbolicLink, submodule
        /// A mode that git does not write.
        case unknown
    }

    /// Any bytes but NUL; a hostile server can send `..` and slashes.
    package let name: [UInt8]
    /// As written, such as 0o100644.
    package let mode: UInt32
    /// 40 digits.
    package let id: String

    package var kind: Kind {
        switch mode & 0o170000 {
        case 0o100000: .file
        case 0o040000: .folder
        case 0o120000: .symbolicLink
        case 0o160000: .submodule
        default: .unknown
        }
    }
}
