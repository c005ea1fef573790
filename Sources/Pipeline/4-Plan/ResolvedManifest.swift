// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects
import PlainText
import SyncRender

/// A rendered object whose place in the cluster is known: the document to send and its identity.
struct ResolvedManifest: Sendable {
    let id: ObjectID
    let object: KubeObject
    let resource: APIResource
    let origin: Origin
    /// SHA-256 of the document as git has it, hexadecimal.
    let contentHash: String
    /// The CustomResourceDefinition of the same commit that will serve the kind; nil when the cluster serves it now.
    let definedBy: ObjectID?

    /// SHA-256 of a document as it is sent, hexadecimal.
    static func contentHash(of object: KubeObject) -> String {
        SHA256.hash(data: object.json.serialized()).hexadecimal
    }
}
