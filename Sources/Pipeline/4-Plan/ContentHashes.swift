// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The content hashes of the manifests of one commit, by their place in the rendered set. Writing and hashing a
/// document costs more than all else that is done for an unchanged object, so it is done once a pass.
package struct ContentHashes: Sendable {
    private let known: [KnownHash?]

    /// No manifest has been hashed yet.
    package static let none = ContentHashes([])

    init(_ known: [KnownHash?]) { self.known = known }

    /// The hash of the manifest at this place of the rendered set; nil when it is not known.
    subscript(index: Int) -> KnownHash? { known.indices.contains(index) ? known[index] : nil }
}

/// The content hash of a manifest, as long as it has this identity: another catalogue may give it another namespace.
struct KnownHash: Sendable, Hashable {
    let id: ObjectID
    let text: String
}
