// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// One resource in one served version: what discovery says of it and what the API machinery needs to know.
package struct RegisteredResource: Sendable {
    /// Where the `scale` subresource finds its values; paths of keys from the object's root.
    package struct Scale: Sendable, Hashable {
        package let specReplicas: [String]
        package let statusReplicas: [String]
        /// A string field, or (of built-in kinds) a label selector map; nil when the resource has no selector.
        package let selector: [String]?

        package init(specReplicas: [String], statusReplicas: [String], selector: [String]?) {
            self.specReplicas = specReplicas
            self.statusReplicas = statusReplicas
            self.selector = selector
        }

        /// `spec.replicas`, `status.replicas`, `spec.selector`: the paths of the workload kinds.
        package static let workload = Scale(
            specReplicas: ["spec", "replicas"],
            statusReplicas: ["status", "replicas"],
            selector: ["spec", "selector"]
        )
    }

    /// The served version of the kind.
    package let gvk: GroupVersionKind
    /// The path segment, such as `deployments`.
    package let plural: String
    package let singular: String
    package let isNamespaced: Bool
    package let shortNames: [String]
    /// `all`, `api-extensions`, …
    package let categories: [String]
    /// `create delete deletecollection get list patch update watch`, or fewer.
    package let verbs: [String]
    /// Whether there is a `/status` subresource, which then alone may change `status`.
    package let hasStatus: Bool
    /// Whether `metadata.generation` counts the changes outside of metadata and status.
    package let hasGeneration: Bool
    /// Non-nil when there is a `/scale` subresource.
    package let scale: Scale?
    /// The version in which the objects are kept.
    package let storageVersion: String
    /// The shape of its objects.
    package let schema: KindSchema
    /// `spec.versions[].additionalPrinterColumns` of the CustomResourceDefinition; empty for a built-in kind.
    package let customColumns: [JSON]
    /// A deprecation text that every answer carries as `Warning` header; nil for none.
    package let deprecationWarning: String?

    package init(
        gvk: GroupVersionKind,
        plural: String,
        singular: String? = nil,
        isNamespaced: Bool,
        shortNames: [String] = [],
        categories: [String] = [],
        verbs: [String] = RegisteredResource.allVerbs,
        hasStatus: Bool = false,
        hasGeneration: Bool = false,
        scale: Scale? = nil,
        storageVersion: String? = nil,
        schema: KindSchema? = nil,
        customColumns: [JSON] = [],
        deprecationWarning: String? = nil
    ) {
        self.gvk = gvk
        self.plural = plural
        self.singular = singular ?? gvk.kind.lowercased()
        self.isNamespaced = isNamespaced
        self.shortNames = shortNames
        self.categories = categories
        self.verbs = verbs
        self.hasStatus = hasStatus
        self.hasGeneration = hasGeneration
        self.scale = scale
        self.storageVersion = storageVersion ?? gvk.version
        self.schema =
            schema ?? SchemaCatalog.schema(for: gvk)
            ?? KindSchema(gvk: gvk, root: .untyped, hasStatusSubresource: hasStatus)
        self.customColumns = customColumns
        self.deprecationWarning = deprecationWarning
    }

    /// What an ordinary resource allows, in discovery's order.
    package static let allVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]

    /// The resource's name in error texts, whatever the version.
    package var groupResource: GroupResource { GroupResource(group: gvk.group, resource: plural) }

    /// `openAPIV3Schema` of a custom resource; nil for a built-in kind.
    package var customSchema: JSON? { schema.structural?.json }

    /// Whether a CustomResourceDefinition made it.
    package var isCustom: Bool { schema.isCustom }

    /// The key of one object; the namespace is dropped for a cluster-scoped resource.
    package func key(namespace: String, name: String) -> ObjectKey {
        ObjectKey(resource: ObjectConversion.table(of: self), namespace: isNamespaced ? namespace : "", name: name)
    }
}
