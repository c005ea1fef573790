// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Everything the server knows of the shape of one kind in one version.
package struct KindSchema: Sendable, Hashable {
    package let gvk: GroupVersionKind
    /// The whole object: `apiVersion`, `kind`, `metadata` and the kind's own fields.
    package let root: SchemaNode
    /// The structural schema of a custom resource; nil for a built-in kind.
    package let structural: StructuralSchema?
    /// Whether `status` is written only through the `status` subresource.
    package let hasStatusSubresource: Bool

    package init(
        gvk: GroupVersionKind,
        root: SchemaNode,
        structural: StructuralSchema? = nil,
        hasStatusSubresource: Bool
    ) {
        self.gvk = gvk
        self.root = root
        self.structural = structural
        self.hasStatusSubresource = hasStatusSubresource
    }

    /// Whether objects of this kind are custom resources, kept as they come but for pruning.
    package var isCustom: Bool { structural != nil }
}

/// Where the schemas of kinds come from.
package enum SchemaCatalog {
    /// The schema of a built-in kind, or nil when the kind is not built in.
    package static func schema(for gvk: GroupVersionKind) -> KindSchema? {
        BuiltInTypes.shared.kinds[gvk]
    }

    /// The schema of one served version of a CustomResourceDefinition (apiextensions.k8s.io/v1).
    ///
    /// - Parameters:
    ///   - definition: The definition's JSON.
    ///   - version: A name of `spec.versions`.
    /// - Returns: nil when the definition has no such version.
    package static func schema(ofDefinition definition: JSON, version: String) -> KindSchema? {
        guard let group = definition["spec"]?["group"]?.string,
            let kind = definition["spec"]?["names"]?["kind"]?.string,
            let found = definition["spec"]?["versions"]?.array?.first(where: { $0["name"]?.string == version })
        else { return nil }
        let structural = StructuralSchema(found["schema"]?["openAPIV3Schema"] ?? ["type": "object"])
        return KindSchema(
            gvk: GroupVersionKind(group: group, version: version, kind: kind),
            root: structural.rootNode,
            structural: structural,
            hasStatusSubresource: found["subresources"]?["status"] != nil
        )
    }
}
