// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
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
    /// - Returns: `after` with its managedFields; entries that did not change keep their times. An object that has no
    ///   managedFields keeps having none (its first apply then finds `before-first-apply`).
    package static func update(
        before: JSON?,
        after: JSON,
        schema: KindSchema,
        writer: Writer
    ) -> JSON {
        let edited = writer.subresource.isEmpty ? after["metadata"]?["managedFields"] : .none
        var managers = managersToKeep(edited: edited, before: before)
        let isTracked = !managers.entries.isEmpty || before?["metadata"]?["uid"] == nil
        if isTracked { record(before: before, after: after, schema: schema, writer: writer, in: &managers) }
        return withManagedFields(after, managers.json)
    }

    /// `after`, or `before` when the two differ in nothing but the times of managedFields: such a write changes nothing.
    package static func unchanged(before: JSON, after: JSON) -> JSON {
        withoutTimes(before) == withoutTimes(after) ? before : after
    }

    /// Updates the managers for one change.
    static func record(
        before: JSON?,
        after: JSON,
        schema: KindSchema,
        writer: Writer,
        in managers: inout FieldManagers
    ) {
        let old = withManagedFields(before ?? TypedDecoder.emptyObject(of: schema), nil)
        let new = withManagedFields(after, nil)
        var comparison = FieldComparison(old, new, node: schema.root)
        let reset = UnownedFields.reset(schema: schema, subresource: writer.subresource)
        comparison.exclude(reset)
        let key = FieldManagers.Key(
            manager: writer.manager,
            operation: .update,
            apiVersion: schema.gvk.apiVersion,
            subresource: writer.subresource
        )
        let changed = comparison.modified.union(comparison.added)
        // Everybody loses what was changed or removed, the writer too; then the writer gets what it changed.
        for (other, entry) in managers.entries {
            let rest = entry.fields.subtracting(changed).subtracting(comparison.removed)
            if rest.isEmpty { managers.entries[other] = nil } else { managers.entries[other]?.fields = rest }
        }
        let own = changed.subtractingRecursively(reset).subtracting(UnownedFields.stripped)
        if !own.isEmpty {
            let previous = managers.entries[key]?.fields ?? FieldSet()
            managers.set(own.union(previous), of: key, apiVersion: schema.gvk.apiVersion, time: writer.time)
        }
        managers.capUpdateManagers()
    }

    private static func managersToKeep(edited: JSON?, before: JSON?) -> FieldManagers {
        if let list = edited?.array, list.isEmpty || list == [.object(JSONObject())] { return FieldManagers() }
        if let edited, let managers = FieldManagers(edited), !managers.entries.isEmpty { return managers }
        return FieldManagers(before?["metadata"]?["managedFields"]) ?? FieldManagers()
    }

    /// The object with this value of `metadata.managedFields`, or without the field.
    static func withManagedFields(_ object: JSON, _ value: JSON?) -> JSON {
        guard object["metadata"] != nil || value != nil else { return object }
        var result = object
        result["metadata"]?["managedFields"] = value
        return result
    }

    private static func withoutTimes(_ object: JSON) -> JSON {
        guard let entries = object["metadata"]?["managedFields"]?.array else { return object }
        let bare = entries.map { entry -> JSON in
            var entry = entry
            entry["time"] = nil
            return entry
        }
        return withManagedFields(object, .array(bare.sorted { $0.text.precedesInByteOrder($1.text) }))
    }
}
