// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
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
    /// - Returns: The merged object, decoded and defaulted but not validated, with its new managedFields. When nothing
    ///   changed it is exactly `live`, times included.
    /// - Throws: 409 with one cause a conflicting field; 400 or 500 as the real server when the body does not fit.
    package static func apply(
        live: JSON?,
        applied: JSON,
        schema: KindSchema,
        writer: Writer,
        force: Bool
    ) throws(RequestRefusal) -> JSON {
        if applied["metadata"]?["managedFields"] != nil {
            throw RequestRefusal(.badRequest, "metadata.managedFields must be nil")
        }
        let problems = AppliedConfiguration.problems(of: applied, node: schema.root)
        if !problems.isEmpty {
            let list = problems.count == 1 ? problems[0] : "errors:\n  " + problems.joined(separator: "\n  ")
            throw RequestRefusal(
                .unnamed,
                "failed to create typed patch object (\(identity(applied, schema))): \(list)"
            )
        }
        guard var managers = FieldManagers(live?["metadata"]?["managedFields"]) else {
            throw RequestRefusal(.unnamed, "failed to decode managed fields: an entry is of no known form")
        }
        let bareLive = ManagedFieldsUpdater.withManagedFields(live ?? TypedDecoder.emptyObject(of: schema), nil)
        if live != nil, managers.entries.isEmpty {
            let first = Writer(manager: "before-first-apply", time: writer.time)
            ManagedFieldsUpdater.record(before: nil, after: bareLive, schema: schema, writer: first, in: &managers)
        }
        let operation = ApplyOperation(live: bareLive, applied: applied, schema: schema, writer: writer)
        let merged = try operation.run(managers: &managers, force: force)
        return try finished(merged, live: live, managers: managers, schema: schema, identity: identity(applied, schema))
    }

    /// Decodes and defaults the merged object as the typed server does, and recognizes a write that changes nothing.
    private static func finished(
        _ merged: JSON,
        live: JSON?,
        managers: FieldManagers,
        schema: KindSchema,
        identity: String
    ) throws(RequestRefusal) -> JSON {
        var result: JSON
        do {
            result = Defaulter.apply(to: try TypedDecoder.convert(merged, schema: schema), schema: schema)
        } catch {
            let gvk = "\(schema.gvk.apiVersion), Kind=\(schema.gvk.kind)"
            throw RequestRefusal(
                .unnamed,
                "failed to convert new object (\(identity)) to proper version: unable to convert unstructured object to "
                    + "\(gvk): \(error.problem)"
            )
        }
        result = ManagedFieldsUpdater.withManagedFields(result, managers.json)
        guard let live else { return result }
        return ManagedFieldsUpdater.unchanged(before: live, after: result)
    }

    private static func identity(_ object: JSON, _ schema: KindSchema) -> String {
        let metadata = object["metadata"]
        let name = "\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? "")"
        return "\(name); \(schema.gvk.apiVersion), Kind=\(schema.gvk.kind)"
    }
}
