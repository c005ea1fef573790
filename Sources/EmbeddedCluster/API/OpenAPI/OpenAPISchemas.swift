// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// The `components.schemas` of one OpenAPI document: every type that its kinds reach, under the real server's names.
struct OpenAPISchemas {
    /// Definitions by name, such as `io.k8s.api.apps.v1.Deployment`.
    private(set) var definitions: [String: JSON] = [:]

    /// Adds a built-in kind with its list; nothing for a kind that has no schema.
    mutating func add(_ gvk: GroupVersionKind) {
        guard let schema = SchemaCatalog.schema(for: gvk), let structure = schema.root.structure else { return }
        let name = OpenAPISchemas.definitionName(structure.name)
        add(structure)
        definitions[name]?["x-kubernetes-group-version-kind"] = [OpenAPISchemas.json(gvk)]
        addList(of: gvk, item: name)
    }

    /// Adds a kind of a CustomResourceDefinition with its list.
    ///
    /// - Parameters:
    ///   - gvk: The kind in one served version.
    ///   - schema: The version's `openAPIV3Schema`.
    mutating func add(custom gvk: GroupVersionKind, schema: JSON) {
        let name = OpenAPISchemas.definitionName(custom: gvk)
        var definition = schema
        definition["type"] = "object"
        definition["x-kubernetes-group-version-kind"] = [OpenAPISchemas.json(gvk)]
        for (field, description) in [("apiVersion", "The version of the schema."), ("kind", "The kind of the object.")]
        {
            definition[["properties", field]] = ["type": "string", "description": .string(description)]
        }
        definition[["properties", "metadata"]] = field("meta/v1.ObjectMeta", description: "Standard object's metadata.")
        definitions[name] = definition
        addList(of: gvk, item: name)
    }

    /// The name of a kind's definition; nil when the kind has no schema.
    static func definitionName(of resource: RegisteredResource) -> String? {
        if resource.isCustom { return definitionName(custom: resource.gvk) }
        return SchemaCatalog.schema(for: resource.gvk)?.root.structure.map { definitionName($0.name) }
    }

    private mutating func addList(of gvk: GroupVersionKind, item: String) {
        let listKind = GroupVersionKind(group: gvk.group, version: gvk.version, kind: "\(gvk.kind)List")
        definitions["\(item)List"] = [
            "type": "object", "description": .string("A list of \(gvk.kind) objects."), "required": ["items"],
            "properties": [
                "apiVersion": ["type": "string"], "kind": ["type": "string"],
                "metadata": ["type": "object"], "items": ["type": "array", "items": OpenAPISchemas.reference(item)],
            ],
            "x-kubernetes-group-version-kind": [OpenAPISchemas.json(listKind)],
        ]
    }

    /// Adds a type and all that it refers to; a type that is there already is left alone, so cycles end.
    private mutating func add(_ structure: SchemaStructure) {
        let name = OpenAPISchemas.definitionName(structure.name)
        guard definitions[name] == nil else { return }
        definitions[name] = .null
        definitions[name] = object(structure)
    }

    private mutating func object(_ structure: SchemaStructure) -> JSON {
        var properties = JSONObject()
        var required: [String] = []
        for (name, field) in structure.fields.sorted(by: { $0.key < $1.key }) {
            properties[name] = property(field)
            if field.presence == .always, field.node.structure == nil { required.append(name) }
        }
        var result: JSON = ["type": "object"]
        if !properties.isEmpty { result["properties"] = .object(properties) }
        if !required.isEmpty { result["required"] = .array(required.map { .string($0) }) }
        if structure.isAtomic { result["x-kubernetes-map-type"] = "atomic" }
        if structure.preservesUnknownFields { result["x-kubernetes-preserve-unknown-fields"] = true }
        return result
    }

    private mutating func property(_ field: SchemaField) -> JSON {
        var result = node(field.node, isField: true)
        if !field.description.isEmpty { result["description"] = .string(field.description) }
        if field.retainsKeys {
            let merges = result["x-kubernetes-patch-strategy"]?.string
            result["x-kubernetes-patch-strategy"] = .string((merges.map { "\($0)," } ?? "") + "retainKeys")
        }
        return result
    }

    /// A field that refers to a built-in type, which is added too.
    private mutating func field(_ key: String, description: String) -> JSON {
        var result = node(.reference(key), isField: true)
        result["description"] = .string(description)
        return result
    }

    /// The schema of a node. A reference in a field stands in `allOf`, where a description may stand beside it.
    private mutating func node(_ node: SchemaNode, isField: Bool) -> JSON {
        if let structure = node.structure {
            if structure.name.isEmpty { return object(structure) }
            add(structure)
            let reference = OpenAPISchemas.reference(OpenAPISchemas.definitionName(structure.name))
            return isField ? ["allOf": [reference]] : reference
        }
        switch node {
        case .scalar(let scalar): return OpenAPISchemas.json(scalar)
        case .list(let list): return self.list(list)
        case .map(let value, let isAtomic):
            var result: JSON = ["type": "object", "additionalProperties": self.node(value, isField: false)]
            if isAtomic { result["x-kubernetes-map-type"] = "atomic" }
            return result
        default: return ["x-kubernetes-preserve-unknown-fields": true]
        }
    }

    private mutating func list(_ list: SchemaList) -> JSON {
        var result: JSON = ["type": "array", "items": node(list.item, isField: false)]
        switch list.kind {
        case .atomic: result["x-kubernetes-list-type"] = "atomic"
        case .set: result["x-kubernetes-list-type"] = "set"
        case .map(let keys):
            result["x-kubernetes-list-type"] = "map"
            result["x-kubernetes-list-map-keys"] = .array(keys.map { .string($0) })
        }
        if let key = list.patchMergeKey {
            result["x-kubernetes-patch-strategy"] = "merge"
            if !key.isEmpty { result["x-kubernetes-patch-merge-key"] = .string(key) }
        }
        return result
    }
}

extension OpenAPISchemas {
    /// The value of `x-kubernetes-group-version-kind`.
    static func json(_ gvk: GroupVersionKind) -> JSON {
        ["group": .string(gvk.group), "version": .string(gvk.version), "kind": .string(gvk.kind)]
    }

    static func reference(_ definition: String) -> JSON { ["$ref": .string("#/components/schemas/\(definition)")] }

    /// `io.k8s.api.apps.v1.Deployment` of the key `apps/v1.Deployment`; some groups live in packages of their own.
    private static func definitionName(_ key: String) -> String {
        let home =
            switch key.prefix(while: { $0 != "/" }) {
            case "meta": "io.k8s.apimachinery.pkg.apis."
            case "apiextensions": "io.k8s.apiextensions-apiserver.pkg.apis."
            case "apiregistration": "io.k8s.kube-aggregator.pkg.apis."
            default: "io.k8s.api."
            }
        return home + key.replacing("/", with: ".")
    }

    /// `com.example.v1.Widget`: the group's labels from the last to the first.
    private static func definitionName(custom gvk: GroupVersionKind) -> String {
        (gvk.group.split(separator: ".").reversed().map(String.init) + [gvk.version, gvk.kind]).joined(separator: ".")
    }

    private static func json(_ scalar: SchemaScalar) -> JSON {
        switch scalar {
        case .string: ["type": "string"]
        case .bool: ["type": "boolean"]
        case .int32: ["type": "integer", "format": "int32"]
        case .int64: ["type": "integer", "format": "int64"]
        case .float: ["type": "number", "format": "double"]
        case .quantity: ["oneOf": [["type": "string"], ["type": "number"]]]
        case .intOrString: ["format": "int-or-string", "oneOf": [["type": "integer"], ["type": "string"]]]
        case .time, .microTime: ["type": "string", "format": "date-time"]
        case .bytes: ["type": "string", "format": "byte"]
        }
    }
}
