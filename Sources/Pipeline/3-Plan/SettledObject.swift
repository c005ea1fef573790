// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender

/// An object that needs no write.
package struct SettledObject: Sendable, Hashable {
    package let id: ObjectID
    package let apiVersion: String
    package let origin: Origin
    package let uid: String
    package let resourceVersion: String
    package let contentHash: String

    package init(
        id: ObjectID,
        apiVersion: String,
        origin: Origin,
        uid: String,
        resourceVersion: String,
        contentHash: String
    ) {
        self.id = id
        self.apiVersion = apiVersion
        self.origin = origin
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.contentHash = contentHash
    }
}
