// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// Turns objects into a `meta.k8s.io/v1` Table, the form in which kubectl asks for what it prints.
package struct TableRenderer: Sendable {
    /// What of the object each row carries (`includeObject`).
    package enum IncludedObject: String, Sendable, Hashable {
        case none = "None"
        /// The default.
        case metadata = "Metadata"
        case object = "Object"
    }

    private let format: TableFormat
    private let included: IncludedObject
    private let now: ClusterTime

    /// Takes what all tables of one request share.
    ///
    /// - Parameters:
    ///   - groupKind: The kind of the rows' objects.
    ///   - printerColumns: `additionalPrinterColumns` of a custom resource's version; nil for a built-in kind.
    ///   - included: What of the object each row carries.
    ///   - now: The time to which ages are counted.
    package init(
        _ groupKind: GroupKind,
        printerColumns: [JSON]? = nil,
        included: IncludedObject = .metadata,
        now: ClusterTime
    ) {
        format = printerColumns.map(TableFormat.custom) ?? TableFormat.builtIn(groupKind)
        self.included = included
        self.now = now
    }

    /// The Table of a list, of one object or of one watch event.
    ///
    /// - Parameters:
    ///   - objects: Whole objects, in the order of the rows.
    ///   - metadata: The list's `resourceVersion`, `continue` and `remainingItemCount`, or one object's
    ///     `resourceVersion`.
    ///   - hasColumns: False for all but the first event of a watch.
    /// - Returns: The Table.
    package func table(of objects: [JSON], metadata: JSON, hasColumns: Bool = true) -> JSON {
        [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": hasColumns ? .array(format.columns.map(\.json)) : nil,
            "rows": .array(objects.map(row)),
        ]
    }

    private func row(of object: JSON) -> JSON {
        var row: JSON = ["cells": .array(format.cells(object, now)), "object": includedObject(object)]
        if let condition = TableRenderer.completion(of: object) { row["conditions"] = [condition] }
        return row
    }

    private func includedObject(_ object: JSON) -> JSON {
        switch included {
        case .none: .null
        case .metadata:
            [
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
                "metadata": object["metadata"] ?? .object(JSONObject()),
            ]
        case .object: object
        }
    }

    /// The mark of a pod that has ended.
    private static func completion(of object: JSON) -> JSON? {
        guard object["kind"]?.string == "Pod", let phase = object.string(at: "status", "phase") else { return nil }
        let messages = [
            "Succeeded": "The pod has completed successfully.", "Failed": "The pod failed.",
        ]
        guard let message = messages[phase] else { return nil }
        return ["type": "Completed", "status": "True", "reason": .string(phase), "message": .string(message)]
    }
}
