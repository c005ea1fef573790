// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// What a typed server does to a body by decoding it into its types and encoding it again.
package enum TypedDecoder {
    /// The body as the server's types hold it: nulls, unknown and empty fields gone, always-written fields there,
    /// quantities in canonical form. Of custom resources only the metadata is typed; the rest is pruned and kept.
    ///
    /// - Throws: 400 with the decoder's text when a value has the wrong type.
    package static func decode(_ body: JSON, schema: KindSchema) throws(RequestRefusal) -> JSON {
        do {
            return try convert(body, schema: schema)
        } catch {
            let kind = schema.gvk.kind
            throw RequestRefusal(
                .badRequest,
                "\(kind) in version \"\(schema.gvk.version)\" cannot be handled as a \(kind): \(error.problem)"
            )
        }
    }

    /// As ``decode(_:schema:)``, with the bare problem as error.
    static func convert(_ body: JSON, schema: KindSchema) throws(DecodeProblem) -> JSON {
        if let structural = schema.structural {
            var result = Pruner.prune(body, schema: structural)
            let metadata = try field(
                body["metadata"],
                of: metadataField,
                at: DecodePath(type: schema.gvk.kind, path: ["metadata"])
            )
            result["metadata"] = withReset(metadata, from: body)
            return result
        }
        guard let structure = schema.root.structure else { return body }
        var result = try decode(body, structure: structure, at: DecodePath(type: "", path: []))
        result["apiVersion"] = .string(schema.gvk.apiVersion)
        result["kind"] = .string(schema.gvk.kind)
        result["metadata"] = withReset(result["metadata"], from: body)
        return result
    }

    private static let metadataField = SchemaField(.reference("meta/v1.ObjectMeta"), presence: .always)

    /// Keeps an empty list of managedFields: it is the request to reset them.
    private static func withReset(_ metadata: JSON?, from body: JSON) -> JSON? {
        guard body["metadata"]?["managedFields"]?.array?.isEmpty == true else { return metadata }
        var result = metadata
        result?["managedFields"] = .array([])
        return result
    }

    private static func decode(
        _ value: JSON,
        structure: SchemaStructure,
        at place: DecodePath
    ) throws(DecodeProblem) -> JSON {
        guard let members = value.object else { throw place.mismatch(value, goType: structure.goName) }
        var result: [JSONObject.Member] = []
        for (name, declared) in structure.fields {
            let inner = DecodePath(type: structure.shortName, path: place.path + [name])
            if let decoded = try field(members[name], of: declared, at: inner) {
                result.append(.init(key: name, value: decoded))
            }
        }
        return .object(JSONObject(result))
    }

    /// The field's value as it is written, or nil when it is left out.
    private static func field(
        _ value: JSON?,
        of field: SchemaField,
        at place: DecodePath
    ) throws(DecodeProblem) -> JSON? {
        guard let value, !value.isNull else {
            // `.none`, because a bare nil here would be JSON null.
            return field.presence == .always ? zero(field.node) : .none
        }
        let decoded = try decode(value, node: field.node, at: place)
        switch (field.node, field.presence) {
        case (.scalar(.quantity), _), (.scalar(.intOrString), _): return decoded
        case (.scalar, .omittedWhenEmpty), (.list, .omittedWhenEmpty), (.map, .omittedWhenEmpty):
            return isEmpty(decoded) ? .none : decoded
        default: return decoded
        }
    }

    private static func isEmpty(_ value: JSON) -> Bool {
        switch value {
        case .null: true
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        }
    }

    /// What stands for an absent value that is always written.
    private static func zero(_ node: SchemaNode) -> JSON {
        switch node {
        case .scalar(.string): ""
        case .scalar(.bool): false
        case .scalar(.int32), .scalar(.int64), .scalar(.float), .scalar(.intOrString): 0
        case .scalar(.quantity): "0"
        case .scalar, .list, .map, .untyped, .atomicUntyped: .null
        case .structure, .reference, .granular: zeroStructure(node.structure)
        }
    }

    /// The object that a typed server has before a create: always-written fields only.
    static func emptyObject(of schema: KindSchema) -> JSON {
        var result = schema.isCustom ? ["metadata": [:]] : zeroStructure(schema.root.structure)
        result["apiVersion"] = .string(schema.gvk.apiVersion)
        result["kind"] = .string(schema.gvk.kind)
        return result
    }

    private static func zeroStructure(_ structure: SchemaStructure?) -> JSON {
        var members: [JSONObject.Member] = []
        for (name, field) in structure?.fields ?? [:] where field.presence == .always {
            members.append(.init(key: name, value: zero(field.node)))
        }
        return .object(JSONObject(members))
    }

    private static func decode(_ value: JSON, node: SchemaNode, at place: DecodePath) throws(DecodeProblem) -> JSON {
        switch node {
        case .scalar(let scalar): return try ScalarDecoder.decode(value, as: scalar, at: place)
        case .untyped, .atomicUntyped: return value
        case .structure(let structure): return try decode(value, structure: structure, at: place)
        case .reference, .granular:
            guard let structure = node.structure else { return value }
            return try decode(value, structure: structure, at: place)
        case .list(let list):
            guard let items = value.array else { throw place.mismatch(value, goType: node.goName) }
            var result: [JSON] = []
            for item in items { result.append(try element(item, node: list.item, at: place)) }
            return .array(result)
        case .map(let inner, _):
            guard let members = value.object else { throw place.mismatch(value, goType: node.goName) }
            var result: [JSONObject.Member] = []
            for member in members {
                result.append(.init(key: member.key, value: try element(member.value, node: inner, at: place)))
            }
            return .object(JSONObject(result))
        }
    }

    /// An item of a list or map: null stands for the zero value.
    private static func element(_ value: JSON, node: SchemaNode, at place: DecodePath) throws(DecodeProblem) -> JSON {
        guard value.isNull else { return try decode(value, node: node, at: place) }
        return node == .scalar(.bytes) ? "" : zero(node)
    }
}
