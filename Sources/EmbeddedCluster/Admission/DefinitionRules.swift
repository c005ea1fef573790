// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Checks that the schema of a CustomResourceDefinition is structural.
enum DefinitionRules {
    private static let types = ["array", "boolean", "integer", "number", "object", "string"]

    /// Where a schema stands in the one around it.
    enum Place {
        case root, field, item
    }

    static func check(_ schema: JSON, at path: String, as place: Place = .root, into findings: inout Findings) {
        let type = schema.text("type")
        let isFree =
            schema["x-kubernetes-preserve-unknown-fields"]?.bool == true
            || schema["x-kubernetes-int-or-string"]?.bool == true
        if type.isEmpty {
            switch place {
            case .root: findings.required("\(path).type", "must not be empty at the root")
            case .field where !isFree:
                findings.required("\(path).type", "must not be empty for specified object fields")
            case .item where !isFree:
                findings.required("\(path).type", "must not be empty for specified array items")
            case .field, .item: break
            }
        } else if !types.contains(type) {
            findings.unsupported("\(path).type", .string(type), types)
        }
        if type == "array", schema["items"] == nil { findings.required("\(path).items", "must be specified") }
        if schema.has("properties"), schema["additionalProperties"] != nil {
            findings.forbidden(
                "\(path).additionalProperties",
                "additionalProperties and properties are mutual exclusive"
            )
        }
        for property in schema["properties"]?.object ?? JSONObject() {
            check(property.value, at: "\(path).properties[\(property.key)]", as: .field, into: &findings)
        }
        if let values = schema["additionalProperties"], values.object != nil {
            check(values, at: "\(path).additionalProperties", as: .field, into: &findings)
        }
        if let items = schema["items"] { check(items, at: "\(path).items", as: .item, into: &findings) }
    }
}
