// SPDX-License-Identifier: Apache-2.0

/// One entry of `metadata.managedFields`: which fields a manager owns, since when, by which operation.
package struct ManagedFieldsEntry: Sendable, Hashable {
    /// How the manager wrote.
    package enum Operation: String, Sendable, Hashable {
        case apply = "Apply"
        case update = "Update"
    }

    package let manager: String
    package let operation: Operation
    package let apiVersion: String
    /// RFC 3339, as the server wrote it; empty when absent.
    package let time: String
    /// Empty for the main resource, else `status`, `scale`, …
    package let subresource: String
    package let fields: FieldSet

    package init(
        manager: String,
        operation: Operation,
        apiVersion: String,
        time: String,
        subresource: String,
        fields: FieldSet
    ) {
        self.manager = manager
        self.operation = operation
        self.apiVersion = apiVersion
        self.time = time
        self.subresource = subresource
        self.fields = fields
    }

    /// Reads one entry; nil when it is not of the known form.
    package init?(_ json: JSON) {
        guard let operation = json["operation"]?.string.flatMap(Operation.init(rawValue:)),
            let fields = FieldSet(fieldsV1: json["fieldsV1"] ?? .object(JSONObject()))
        else { return nil }
        self.init(
            manager: json["manager"]?.string ?? "",
            operation: operation,
            apiVersion: json["apiVersion"]?.string ?? "",
            time: json["time"]?.string ?? "",
            subresource: json["subresource"]?.string ?? "",
            fields: fields
        )
    }

    /// The entry as the API server writes it.
    package var json: JSON {
        var result: JSON = [
            "manager": .string(manager), "operation": .string(operation.rawValue), "apiVersion": .string(apiVersion),
            "fieldsType": "FieldsV1", "fieldsV1": fields.fieldsV1,
        ]
        if !time.isEmpty { result["time"] = .string(time) }
        if !subresource.isEmpty { result["subresource"] = .string(subresource) }
        return result
    }
}

extension KubeObject {
    /// The readable entries of `metadata.managedFields`, in the server's order.
    package var managedFields: [ManagedFieldsEntry] {
        metadata["managedFields"]?.array?.compactMap(ManagedFieldsEntry.init) ?? []
    }

    /// The readable entries for the object itself, in the server's order; those of `status` and other subresources, often
    /// the larger part, are not read at all.
    package var ownManagedFields: [ManagedFieldsEntry] {
        let entries = metadata["managedFields"]?.array ?? []
        return entries.lazy.filter { ($0["subresource"]?.string ?? "").isEmpty }.compactMap(ManagedFieldsEntry.init)
    }
}
