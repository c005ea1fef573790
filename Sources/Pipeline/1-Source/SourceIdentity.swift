// SPDX-License-Identifier: Apache-2.0
import GitStore

/// From which folder of which repository objects come: what the inventory remembers of each.
///
/// It is made of a checked address only, so its text is never empty: an empty one means "not known" to the rule that
/// keeps two repositories under one project name from deleting each other's objects.
package struct SourceIdentity: Sendable, Hashable, CustomStringConvertible {
    private let url: String
    private let path: String

    /// - Parameter spec: What is synced; its ref makes no difference.
    /// - Throws: ``SourceError`` with reason `git(.configuration)` when the address is not valid.
    package init(_ spec: RepositorySpec) throws(SourceError) {
        url = try spec.address().url
        path = spec.path
    }

    /// `URL#FOLDER`, as inventories hold it. The address never holds a password: one that does is refused.
    package var description: String { "\(url)#\(path)" }
}
