// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

extension TableFormat {
    /// The format of a custom resource with these `additionalPrinterColumns`; without any, name and age.
    package static func custom(_ printerColumns: [JSON]) -> TableFormat {
        if printerColumns.isEmpty {
            let age = TableColumn("Age", type: "date", description: "The time since the object was created.")
            return TableFormat([.name, age]) { object, now in [.nameCell(object), .ageCell(object, now)] }
        }
        let columns = printerColumns.map(CustomColumn.init)
        return TableFormat([.name] + columns.map(\.column)) { object, now in
            [.nameCell(object)] + columns.map { $0.cell(of: object, now: now) }
        }
    }
}

/// One of a CustomResourceDefinition's `additionalPrinterColumns`.
private struct CustomColumn: Sendable {
    let column: TableColumn
    /// nil when printer columns may not use the definition's path.
    let path: JSONPathExpression?

    init(_ json: JSON) {
        let name = json["name"]?.string ?? ""
        let description = json["description"]?.string ?? ""
        column = TableColumn(
            name,
            type: json["type"]?.string ?? "string",
            format: json["format"]?.string ?? "",
            description: description.isEmpty ? "Custom resource definition column (in JSONPath format)" : description,
            priority: json["priority"]?.int ?? 0
        )
        path = json["jsonPath"]?.string.flatMap { JSONPathExpression($0) }
    }

    /// The first value of the path as the column's type wants it; null when absent or of another type.
    func cell(of object: JSON, now: ClusterTime) -> JSON {
        guard let value = path?.values(in: object).first, !value.isNull else { return .null }
        switch (column.type, value) {
        case ("integer", .int), ("number", .int), ("number", .double), ("boolean", .bool): return value
        case ("integer", .double(let number)):
            return Int64(exactly: number.rounded(.towardZero)).map { .int($0) } ?? .null
        case ("date", .string(let text)): return .string(HumanDuration.since(text, now: now))
        case ("string", .string): return value
        case ("string", _): return .string(value.scalarText ?? value.text)
        default: return .null
        }
    }
}
