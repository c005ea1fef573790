// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// How objects of one kind become rows of a Table.
package struct TableFormat: Sendable {
    package let columns: [TableColumn]
    /// The cells of one object, in the order of the columns; the time is now.
    package let cells: @Sendable (JSON, ClusterTime) -> [JSON]

    package init(_ columns: [TableColumn], cells: @escaping @Sendable (JSON, ClusterTime) -> [JSON]) {
        self.columns = columns
        self.cells = cells
    }

    /// Name and creation time: the server's answer for kinds without columns of their own.
    package static let plain = TableFormat([.name, .createdAt]) { object, _ in
        [.nameCell(object), object[["metadata", "creationTimestamp"]] ?? .null]
    }

    /// The format of a built-in kind; `plain` for kinds that show nothing of their own.
    package static func builtIn(_ groupKind: GroupKind) -> TableFormat { builtInFormats[groupKind] ?? .plain }

    private static let builtInFormats: [GroupKind: TableFormat] = {
        var formats: [GroupKind: TableFormat] = [:]
        for table in [workloads, networking, storage, access, system] {
            formats.merge(table) { first, _ in first }
        }
        return formats
    }()
}

extension JSON {
    /// The `Name` cell.
    static func nameCell(_ object: JSON) -> JSON { .string(object.string(at: "metadata", "name") ?? "") }

    /// The `Age` cell.
    static func ageCell(_ object: JSON, _ now: ClusterTime) -> JSON {
        .string(HumanDuration.since(object.string(at: "metadata", "creationTimestamp"), now: now))
    }

    /// The text at a path, or `<none>`.
    func cell(at path: String..., orElse missing: String = "<none>") -> JSON {
        .string(self[path]?.scalarText ?? missing)
    }

    /// The integer at a path, or 0.
    func count(at path: String...) -> JSON { .int(self[path]?.int ?? 0) }
}
