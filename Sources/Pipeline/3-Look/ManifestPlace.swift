// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Where a project's manifests are in the cluster: the only rule by which a namespace is filled in or dropped, and so
/// of the identity that a manifest has there.
package struct ManifestPlace: Sendable, Hashable {
    /// The namespace of namespaced manifests that name none.
    package let defaultNamespace: String

    /// - Parameter defaultNamespace: As the project says; empty means `default`.
    package init(defaultNamespace: String) {
        self.defaultNamespace = defaultNamespace.isEmpty ? "default" : defaultNamespace
    }

    /// The namespace that a manifest of this resource has: its own, or the default one; empty where the resource is
    /// cluster-scoped, whatever the manifest says.
    package func namespace(of manifest: KubeObject, as resource: APIResource) -> String {
        guard resource.isNamespaced else { return "" }
        return manifest.namespace.isEmpty ? defaultNamespace : manifest.namespace
    }

    /// The identity that a manifest of this resource has.
    package func identity(of manifest: KubeObject, as resource: APIResource) -> ObjectID {
        ObjectID(
            groupKind: manifest.gvk.groupKind,
            namespace: namespace(of: manifest, as: resource),
            name: manifest.name
        )
    }

    /// The manifest with its namespace filled in or dropped.
    package func placed(_ manifest: KubeObject, as resource: APIResource) -> KubeObject {
        let namespace = namespace(of: manifest, as: resource)
        guard namespace != manifest.namespace else { return manifest }
        var placed = manifest
        if namespace.isEmpty {
            placed.json[["metadata", "namespace"]] = nil
        } else {
            placed.json[["metadata", "namespace"]] = .string(namespace)
        }
        return placed
    }
}
