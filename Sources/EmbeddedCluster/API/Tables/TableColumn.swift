// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One entry of a Table's `columnDefinitions`.
package struct TableColumn: Sendable, Hashable {
    package let name: String
    /// `string`, `integer`, `number`, `boolean` or `date`.
    package let type: String
    /// An OpenAPI format, or `name` for the column that names the object; may be empty.
    package let format: String
    /// One sentence; kubectl does not print it.
    package let description: String
    /// 0: always shown; greater: only with `-o wide`.
    package let priority: Int64

    package init(_ name: String, type: String = "string", format: String = "", description: String, priority: Int64 = 0)
    {
        self.name = name
        self.type = type
        self.format = format
        self.description = description
        self.priority = priority
    }

    /// The entry as the server writes it.
    package var json: JSON {
        [
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(description), "priority": .int(priority),
        ]
    }
}

extension TableColumn {
    static let name = TableColumn("Name", format: "name", description: "The name, unique within the namespace.")
    static let age = TableColumn("Age", description: "The time since the object was created.")
    static let createdAt = TableColumn("Created At", type: "date", description: "When the object was created.")
    static let containers = TableColumn.wide("Containers", "The names of the pod's containers.")
    static let images = TableColumn.wide("Images", "The images of the pod's containers.")
    static let selector = TableColumn.wide("Selector", "The labels of the pods that belong to the object.")

    static func text(_ name: String, _ description: String) -> TableColumn {
        TableColumn(name, description: description)
    }

    static func integer(_ name: String, _ description: String) -> TableColumn {
        TableColumn(name, type: "integer", description: description)
    }

    static func boolean(_ name: String, _ description: String) -> TableColumn {
        TableColumn(name, type: "boolean", description: description)
    }

    static func wide(_ name: String, _ description: String) -> TableColumn {
        TableColumn(name, description: description, priority: 1)
    }
}
