// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The types of the built-in kinds, read once from the tables of this folder.
package struct BuiltInTypes: Sendable {
    /// The one table of this process.
    package static let shared = BuiltInTypes(tables: SchemaTable.all)

    private let structures: [String: SchemaStructure]
    /// The kinds with their schemas.
    package let kinds: [GroupVersionKind: KindSchema]

    /// The type with this key, such as `core/v1.Container`.
    package subscript(key: String) -> SchemaStructure? { structures[key] }

    /// Keys of all types, ascending.
    package var keys: [String] { structures.keys.sorted() }

    private init(tables: [SchemaTable]) {
        let declared = tables.map { (table: $0, declarations: SchemaDeclaration.all(in: $0.text)) }
        var names: Set<String> = []
        for (table, declarations) in declared {
            for declaration in declarations { names.insert("\(table.package).\(declaration.name)") }
        }
        var structures: [String: SchemaStructure] = [:]
        var kinds: [GroupVersionKind: KindSchema] = [:]
        for (table, declarations) in declared {
            for declaration in declarations {
                let key = "\(table.package).\(declaration.name)"
                structures[key] = BuiltInTypes.structure(declaration, key: key, package: table.package, names: names)
                guard declaration.isKind else { continue }
                let gvk = GroupVersionKind(group: table.group, version: table.version, kind: declaration.name)
                kinds[gvk] = KindSchema(
                    gvk: gvk,
                    root: .reference(key),
                    hasStatusSubresource: declaration.hasStatusSubresource
                )
            }
        }
        self.structures = structures
        self.kinds = kinds
    }

    private static func structure(
        _ declaration: SchemaDeclaration,
        key: String,
        package: String,
        names: Set<String>
    ) -> SchemaStructure {
        var fields: [String: SchemaField] = [:]
        if declaration.isKind {
            fields["apiVersion"] = SchemaField(.scalar(.string))
            fields["kind"] = SchemaField(.scalar(.string))
            fields["metadata"] = SchemaField(.reference("meta/v1.ObjectMeta"), presence: .always)
        }
        for text in declaration.fields {
            let notation = SchemaFieldNotation(text)
            let base = node(named: notation.base, package: package, names: names)
            fields[notation.name] = SchemaField(
                notation.node(around: notation.isGranular ? .granular(base) : base),
                presence: notation.presence,
                retainsKeys: notation.retainsKeys,
                keyDefault: notation.keyDefault,
                description: FieldDescriptions.text(type: key, field: notation.name)
            )
        }
        return SchemaStructure(name: key, fields: fields, isAtomic: declaration.isAtomic)
    }

    private static func node(named name: Substring, package: String, names: Set<String>) -> SchemaNode {
        if name == "raw" { return .atomicUntyped }
        if let scalar = SchemaScalar(rawValue: String(name)) { return .scalar(scalar) }
        for home in [package, "core/v1", "meta/v1"] where names.contains("\(home).\(name)") {
            return .reference("\(home).\(name)")
        }
        assertionFailure("the schema tables declare no type \(name), used in \(package)")
        return .untyped
    }
}
