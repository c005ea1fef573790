// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Finds fields that a kind does not declare.
package enum UnknownFields {
    /// Paths of undeclared fields in key order, as the server prints them: `spec.template.spec.containers[0].imagee`.
    package static func find(in object: JSON, schema: KindSchema) -> [String] {
        var found: [String] = []
        if let structural = schema.structural {
            if let metadata = object["metadata"] {
                search(metadata, node: .reference("meta/v1.ObjectMeta"), path: "metadata", found: &found)
            }
            return found + Pruner.unknownFields(in: object, schema: structural)
        }
        search(object, node: schema.root, path: "", found: &found)
        return found
    }

    /// The text for `fieldValidation`, of a path that ``find(in:schema:)`` gave: `unknown field "spec.foo"`.
    package static func message(_ path: String) -> String { "unknown field \"\(path)\"" }

    /// The 400 answer of `fieldValidation=Strict`, for these messages (unknown or duplicate fields).
    package static func refusal(_ messages: [String], gvk: GroupVersionKind) -> RequestRefusal {
        RequestRefusal(
            .badRequest,
            "\(gvk.kind) in version \"\(gvk.version)\" cannot be handled as a \(gvk.kind): strict decoding error: "
                + messages.joined(separator: ", ")
        )
    }

    private static func search(_ value: JSON, node: SchemaNode, path: String, found: inout [String]) {
        switch (node.resolved, value) {
        case (.structure(let structure), .object(let members)):
            for member in members {
                let place = path.isEmpty ? member.key : "\(path).\(member.key)"
                if let field = structure.fields[member.key] {
                    search(member.value, node: field.node, path: place, found: &found)
                } else if !structure.preservesUnknownFields {
                    found.append(place)
                }
            }
        case (.map(let element, _), .object(let members)):
            for member in members {
                search(member.value, node: element, path: "\(path).\(member.key)", found: &found)
            }
        case (.list(let list), .array(let items)):
            for (index, item) in items.enumerated() {
                search(item, node: list.item, path: "\(path)[\(index)]", found: &found)
            }
        default: break
        }
    }
}
