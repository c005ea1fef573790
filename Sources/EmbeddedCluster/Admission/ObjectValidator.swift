// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validates whole objects with the texts of the real server.
package enum ObjectValidator {
    /// Findings on a new object (decoded and defaulted), in the server's order; empty when it is valid.
    package static func validateCreate(_ object: JSON, schema: KindSchema) -> [FieldError] {
        []
    }

    /// Findings on the change from `old` to `new` (both decoded and defaulted): immutable fields, then the new object.
    package static func validateUpdate(
        old: JSON,
        new: JSON,
        schema: KindSchema,
        subresource: String = ""
    ) -> [FieldError] {
        []
    }
}
