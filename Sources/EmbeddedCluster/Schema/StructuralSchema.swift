// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The `openAPIV3Schema` of one version of a CustomResourceDefinition.
package struct StructuralSchema: Sendable, Hashable {
    /// The schema as the definition holds it.
    package let json: JSON
    /// The merge schema of the whole object.
    package let rootNode: SchemaNode

    package init(_ json: JSON) {
        self.json = json
        rootNode = .untyped
    }
}
