// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import GitStore
import KubeObjects
import PlainText

/// Where the ref of a commit was read. Two commits follow each other only when they have the same one: the `main` of
/// another repository is no later state of this `main`, and neither is a tag with that name.
package struct CommitOrigin: Sendable, Hashable, Codable {
    /// What kind of name was followed.
    package enum RefKind: String, Sendable, Codable {
        case branch, tag, commit
    }

    /// SHA-256 of the address, hexadecimal: enough to compare addresses, and contains nothing secret.
    package let repository: String
    /// A range of versions counts as the tag that it chooses.
    package let refKind: RefKind

    package init(repository: String, refKind: RefKind) {
        self.repository = repository
        self.refKind = refKind
    }

    /// - Parameter spec: What is followed; the folder in it makes no difference.
    /// - Throws: ``SourceError`` with reason `git(.configuration)` when the address is not valid.
    package init(_ spec: RepositorySpec) throws(SourceError) {
        let address = try spec.address()
        repository = SHA256.hash(data: Data(address.url.utf8)).hexadecimal
        refKind =
            switch spec.ref {
            case .branch: .branch
            case .tag, .semver: .tag
            case .commit: .commit
            }
    }
}
