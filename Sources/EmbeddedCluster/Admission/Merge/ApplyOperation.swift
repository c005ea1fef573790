// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// One apply: merge, removal of what left the configuration, conflicts and new owners.
struct ApplyOperation {
    /// Without managedFields.
    let live: JSON
    let applied: JSON
    let schema: KindSchema
    let writer: Writer

    private static let lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"

    private var key: FieldManagers.Key {
        FieldManagers.Key(manager: writer.manager, operation: .apply, apiVersion: "", subresource: writer.subresource)
    }

    /// Merges and updates the managers.
    ///
    /// - Throws: 409 with the conflicts, unless `force`.
    func run(managers: inout FieldManagers, force: Bool) throws(RequestRefusal) -> JSON {
        let before = managers
        let reset = UnownedFields.reset(schema: schema, subresource: writer.subresource)
        let own = FieldSet(of: applied, node: schema.root).subtractingRecursively(reset)
        let last = managers.entries[key]?.fields ?? FieldSet()
        managers.set(own, of: key, apiVersion: schema.gvk.apiVersion, time: writer.time)

        let merged = TypedMerge.merge(live, applied, node: schema.root)
        let result = pruned(merged, last: last, managers: managers)

        var comparison = FieldComparison(live, result, node: schema.root)
        comparison.exclude(reset)
        let changed = comparison.modified.union(comparison.added)
        if !force {
            let conflicts = FieldConflicts(managers: managers, except: key, changed: changed).subtracting(tolerated())
            if !conflicts.isEmpty { throw conflicts.refusal }
        }
        managers.take(changed.union(comparison.removed), exceptFrom: key)
        managers.set(
            own.subtracting(UnownedFields.stripped),
            of: key,
            apiVersion: schema.gvk.apiVersion,
            // A manager that joins without changing a value gets no time, as in the real server.
            time: JSONEquality.isEqual(live, result) ? before.entries[key]?.time ?? "" : writer.time
        )
        return withLastApplied(result)
    }

    /// Removes what the manager applied last time but not now, if nobody else owns it.
    private func pruned(_ merged: JSON, last: FieldSet, managers: FieldManagers) -> JSON {
        guard !last.isEmpty else { return merged }
        let root = schema.root
        let lastNamed = last.withNamedFieldsAsMembers(root)
        let mergedNamed = FieldSet(of: merged, node: root).withNamedFieldsAsMembers(root)
        func named(_ value: JSON) -> FieldSet { FieldSet(of: value, node: root).withNamedFieldsAsMembers(root) }

        let bare = TypedMerge.remove(lastNamed, from: merged, node: root)
        // Put back what anybody owns, this configuration included.
        let owned = managers.all.withNamedFieldsAsMembers(root)
        let unowned = mergedNamed.subtracting(named(bare).union(owned))
        let withOwned = TypedMerge.remove(unowned, from: merged, node: root)
        // Put back what this manager did not own: it went only because its parent went.
        let gone = mergedNamed.subtracting(named(withOwned)).intersection(lastNamed)
        return TypedMerge.remove(gone, from: merged, node: root)
    }

    /// Fields that `kubectl` may take from its own client-side past: those that the last-applied annotation still
    /// describes. Empty for every other manager.
    private func tolerated() -> FieldSet {
        guard writer.manager == "kubectl",
            let text = live["metadata"]?["annotations"]?[ApplyOperation.lastAppliedAnnotation]?.string,
            let last = try? JSONParser.parse(text),  // an unreadable annotation tolerates nothing
            last["apiVersion"]?.string == schema.gvk.apiVersion
        else { return FieldSet() }
        let comparison = FieldComparison(last, live, node: schema.root)
        return FieldSet(of: last, node: schema.root)
            .subtracting(comparison.modified).subtracting(comparison.added).subtracting(comparison.removed)
    }

    /// Keeps the annotation of client-side apply true after `kubectl apply --server-side`.
    private func withLastApplied(_ object: JSON) -> JSON {
        let annotation = ApplyOperation.lastAppliedAnnotation
        guard writer.manager == "kubectl",
            object["metadata"]?["annotations"]?[annotation]?.string?.isEmpty == false
        else { return object }
        var configuration = applied
        configuration["metadata"]?["annotations"]?[annotation] = nil
        var result = object
        result["metadata"]?["annotations"]?[annotation] = .string(configuration.text + "\n")
        return result
    }
}
