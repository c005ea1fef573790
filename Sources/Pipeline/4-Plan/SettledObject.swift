// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender

/// A settled object: one that needs no write.
package struct SettledObject: Sendable, Hashable {
    package let id: ObjectID
    package let apiVersion: String
    package let origin: Origin
    package let uid: String
    package let resourceVersion: String
    package let contentHash: String
    /// As in ``Inventory/AppliedMark``: what the API server stores differently from the manifest.
    package let residual: Residual
    /// As in ``Inventory/AppliedMark``.
    package let state: String
    /// Whether it was applied, has removed itself since, and is not created again: a Job with `ttlSecondsAfterFinished`.
    package let isDone: Bool
    /// Whether it removes itself once it has done its work, so that its absence is no loss.
    package let removesItself: Bool

    package init(
        id: ObjectID,
        apiVersion: String,
        origin: Origin,
        uid: String,
        resourceVersion: String,
        contentHash: String,
        residual: Residual = .empty,
        state: String = "",
        isDone: Bool = false,
        removesItself: Bool = false
    ) {
        self.removesItself = removesItself
        self.id = id
        self.apiVersion = apiVersion
        self.origin = origin
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.contentHash = contentHash
        self.residual = residual
        self.state = state
        self.isDone = isDone
    }

    /// Its mark: the next pass compares by it.
    package var mark: Inventory.AppliedMark {
        Inventory.AppliedMark(
            uid: uid,
            resourceVersion: resourceVersion,
            contentHash: contentHash,
            residual: residual,
            state: state
        )
    }
}
