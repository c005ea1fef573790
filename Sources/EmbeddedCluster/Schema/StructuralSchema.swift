// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The `openAPIV3Schema` of one version of a CustomResourceDefinition.
package struct StructuralSchema: Sendable, Hashable {
    /// The schema as the definition holds it.
    package let json: JSON
    /// The merge schema of the whole object.
    package let rootNode: SchemaNode

    package init(_ json: JSON) {
        self.json = json
        rootNode = StructuralSchema.rootNode(of: json)
    }

    /// Whether both are the same schema.
    package static func == (left: StructuralSchema, right: StructuralSchema) -> Bool { left.json == right.json }
    /// Hashes the schema.
    package func hash(into hasher: inout Hasher) { hasher.combine(json) }

    /// The fields that every object has, whatever its schema says.
    private static let identity: [String: SchemaField] = [
        "apiVersion": SchemaField(.scalar(.string), presence: .omittedWhenAbsent),
        "kind": SchemaField(.scalar(.string), presence: .omittedWhenAbsent),
        "metadata": SchemaField(.reference("meta/v1.ObjectMeta"), presence: .always),
    ]

    private static func rootNode(of json: JSON) -> SchemaNode {
        let structure = node(of: json).structure
        return .structure(
            SchemaStructure(
                fields: (structure?.fields ?? [:]).merging(identity) { $1 },
                preservesUnknownFields: structure.map(\.preservesUnknownFields) ?? true
            )
        )
    }

    private static func node(of schema: JSON) -> SchemaNode {
        if schema["x-kubernetes-int-or-string"]?.bool == true { return .scalar(.intOrString) }
        switch schema["type"]?.string {
        case "string": return .scalar(.string)
        case "integer": return .scalar(.int64)
        case "number": return .scalar(.float)
        case "boolean": return .scalar(.bool)
        case "array": return .list(list(of: schema))
        case "object": return object(of: schema)
        default: return .untyped
        }
    }

    private static func list(of schema: JSON) -> SchemaList {
        let item = node(of: schema["items"] ?? .object(JSONObject()))
        let keys = schema["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) ?? []
        return switch schema["x-kubernetes-list-type"]?.string {
        case "set": SchemaList(kind: .set, item: item)
        case "map" where !keys.isEmpty: SchemaList(kind: .map(keys: keys), item: item)
        default: SchemaList(kind: .atomic, item: item)
        }
    }

    private static func object(of schema: JSON) -> SchemaNode {
        let isAtomic = schema["x-kubernetes-map-type"]?.string == "atomic"
        if let values = schema["additionalProperties"], values.bool != false {
            let element: SchemaNode = values.object == nil ? .untyped : node(of: values)
            return .map(element, isAtomic: isAtomic)
        }
        var fields: [String: SchemaField] = [:]
        for property in schema["properties"]?.object ?? JSONObject() {
            fields[property.key] = SchemaField(
                node(of: property.value),
                presence: .omittedWhenAbsent,
                keyDefault: property.value["default"],
                description: property.value["description"]?.string ?? ""
            )
        }
        if schema["x-kubernetes-embedded-resource"]?.bool == true { fields.merge(identity) { $1 } }
        return .structure(
            SchemaStructure(
                fields: fields,
                isAtomic: isAtomic,
                preservesUnknownFields: schema["x-kubernetes-preserve-unknown-fields"]?.bool == true
            )
        )
    }
}
