// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Drops the fields of a custom resource that its structural schema does not declare.
package enum Pruner {
    /// The object without undeclared fields; `apiVersion`, `kind` and `metadata` always stay.
    package static func prune(_ object: JSON, schema: StructuralSchema) -> JSON {
        var unknown: [String] = []
        return prune(object, schema: schema.json, isResource: true, path: "", unknown: &unknown)
    }

    /// Paths of the fields that ``prune(_:schema:)`` drops.
    static func unknownFields(in object: JSON, schema: StructuralSchema) -> [String] {
        var unknown: [String] = []
        _ = prune(object, schema: schema.json, isResource: true, path: "", unknown: &unknown)
        return unknown
    }

    private static let identity: Set<String> = ["apiVersion", "kind", "metadata"]

    private static func prune(
        _ value: JSON,
        schema: JSON,
        isResource: Bool,
        path: String,
        unknown: inout [String]
    ) -> JSON {
        switch value {
        case .object(let members):
            var kept: [JSONObject.Member] = []
            for member in members {
                let place = path.isEmpty ? member.key : "\(path).\(member.key)"
                if isResource, identity.contains(member.key) {
                    kept.append(member)
                } else if let child = schema["properties"]?[member.key] ?? additional(schema) {
                    let nested = child["x-kubernetes-embedded-resource"]?.bool == true
                    let rest = prune(member.value, schema: child, isResource: nested, path: place, unknown: &unknown)
                    kept.append(.init(key: member.key, value: rest))
                } else if keepsUnknown(schema) {
                    kept.append(member)
                } else {
                    unknown.append(place)
                }
            }
            return .object(JSONObject(kept))
        case .array(let items):
            guard let child = schema["items"] else { return value }
            let nested = child["x-kubernetes-embedded-resource"]?.bool == true
            return .array(
                items.enumerated().map { index, item in
                    prune(item, schema: child, isResource: nested, path: "\(path)[\(index)]", unknown: &unknown)
                }
            )
        default: return value
        }
    }

    /// The schema of free keys, when there is one.
    private static func additional(_ schema: JSON) -> JSON? {
        guard let values = schema["additionalProperties"], values.object != nil else { return nil }
        return values
    }

    private static func keepsUnknown(_ schema: JSON) -> Bool {
        schema["x-kubernetes-preserve-unknown-fields"]?.bool == true || schema["additionalProperties"]?.bool == true
    }
}
