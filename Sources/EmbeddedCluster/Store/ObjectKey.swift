// SPDX-License-Identifier: Apache-2.0

/// A group with a plural resource name, as in `deployments.apps`. The core group is the empty string.
///
/// All versions of a resource share it, so it names one table of the store.
package struct GroupResource: Sendable, Hashable, CustomStringConvertible {
    package let group: String
    package let resource: String

    package init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }

    /// `pods` for the core group, else `deployments.apps`: the spelling of the API server's errors.
    package var description: String { group.isEmpty ? resource : "\(resource).\(group)" }
}

/// Where one object is stored: its resource, its namespace (empty when cluster-scoped) and its name.
package struct ObjectKey: Sendable, Hashable {
    package let resource: GroupResource
    package let namespace: String
    package let name: String

    package init(resource: GroupResource, namespace: String, name: String) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
    }

    /// `namespace/name`: the text by which etcd, and so every list, is ordered.
    package var path: String { "\(namespace)/\(name)" }
}
