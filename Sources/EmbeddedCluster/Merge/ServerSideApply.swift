// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Server-side apply: merges an applied configuration into the live object and keeps `metadata.managedFields`.
///
/// The rules are structured-merge-diff's: the manager owns exactly the fields it applied; a conflict needs a different
/// value; what left the manager's configuration is removed unless somebody else owns it.
package enum ServerSideApply {
    /// Merges `applied` into `live`.
    ///
    /// - Parameters:
    ///   - live: The stored object; nil when it is to be created.
    ///   - applied: The request body, as sent; `metadata.managedFields` must be absent.
    ///   - schema: The kind's schema.
    ///   - writer: Who applies, when, through which endpoint.
    ///   - force: Takes conflicting fields from their owners instead of refusing.
    /// - Returns: The merged object with its new managedFields, neither defaulted nor validated. When nothing changed,
    ///   it equals `live` with all times kept.
    /// - Throws: 409 with one cause a conflicting field; 400 or 500 as the real server when a body does not fit the schema.
    package static func apply(
        live: JSON?,
        applied: JSON,
        schema: KindSchema,
        writer: Writer,
        force: Bool
    ) throws(RequestRefusal) -> JSON {
        applied
    }
}
