// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// All objects of one list, from one snapshot of the store.
package struct KubeList: Sendable, Hashable {
    /// Each carries `apiVersion` and `kind`. For a metadata-only list these are the real kind's, and there is no more
    /// than `metadata` beside them.
    package let objects: [KubeObject]
    /// The version from which a watch can go on; never empty.
    package let resourceVersion: String

    package init(objects: [KubeObject], resourceVersion: String) {
        self.objects = objects
        self.resourceVersion = resourceVersion
    }
}

/// The result of a write.
package struct WriteAnswer: Sendable, Hashable {
    /// The object as the server stored it, or would store it for a dry run.
    package let object: KubeObject
    /// Whether the object did not exist before (201).
    package let isCreated: Bool
    /// The texts of the `Warning` headers, in order.
    package let warnings: [String]

    package init(object: KubeObject, isCreated: Bool, warnings: [String]) {
        self.object = object
        self.isCreated = isCreated
        self.warnings = warnings
    }
}

/// The result of a delete.
package enum DeleteAnswer: Sendable, Hashable {
    /// Gone.
    case deleted
    /// Marked for deletion. These finalizers have to be worked off first; none are named when only a grace period runs.
    case pending(finalizers: [String])
    /// There was no such object.
    case alreadyGone
}

/// The form of a patch's body.
package enum PatchType: String, Sendable, Hashable {
    case merge = "application/merge-patch+json"
    case strategic = "application/strategic-merge-patch+json"
    case json = "application/json-patch+json"
}

/// What happens to the objects that a deleted one owns.
package enum Propagation: String, Sendable, Hashable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
}

/// One change that a watch reports.
package enum WatchEvent: Sendable, Hashable {
    case added(KubeObject)
    case modified(KubeObject)
    case deleted(KubeObject)
    /// Nothing changed up to here; a later watch can go on from this version.
    case bookmark(resourceVersion: String)
}

/// Whether a watch is connected.
package enum WatchConnection: Sendable, Hashable {
    /// The server has accepted the watch: changes arrive at once from now on.
    case standing
    /// The connection ended or could not be opened; another one is tried.
    case broken(KubeError)
}
