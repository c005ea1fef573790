// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What one feed is about: one resource, everywhere or in one namespace, by one label.
struct FeedKey: Sendable, Hashable {
    let resource: APIResource
    /// Empty for the whole cluster.
    let namespace: String
    let labelSelector: String

    /// Whether an object of this identity would be in the feed if it bears the label.
    func covers(_ id: ObjectID) -> Bool {
        resource.gvk.groupKind == id.groupKind && (namespace.isEmpty || namespace == id.namespace)
    }
}
