// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Keeps `metadata.managedFields` for every write that is no server-side apply.
package enum ManagedFieldsUpdater {
    /// Gives the writer what it changed, and takes from all what is gone.
    ///
    /// - Parameters:
    ///   - before: The stored object; nil on create.
    ///   - after: The object to be stored, defaulted. Its own managedFields are taken as the caller's edit of them: absent
    ///     keeps those of `before`, `[{}]` or an empty list resets them.
    ///   - schema: The kind's schema.
    ///   - writer: Who writes, when, through which endpoint.
    /// - Returns: `after` with its managedFields; entries that did not change keep their times.
    package static func update(
        before: JSON?,
        after: JSON,
        schema: KindSchema,
        writer: Writer
    ) -> JSON {
        after
    }
}
