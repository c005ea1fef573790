// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// The `paths` of one OpenAPI document: which requests each resource takes.
///
/// kubectl finds a resource's kind here (`explain`), whether `fieldValidation` is understood, and whether a strategic
/// merge patch may be sent (`apply`).
enum OpenAPIPaths {
    /// The path items of one resource with its subresources.
    static func items(of resource: RegisteredResource) -> [(path: String, item: JSON)] {
        let root = resource.gvk.group.isEmpty ? "/api/v1" : "/apis/\(resource.gvk.apiVersion)"
        let scoped = resource.isNamespaced ? "\(root)/namespaces/{namespace}/" : "\(root)/"
        let collection = "\(scoped)\(resource.plural)"
        var result: [(path: String, item: JSON)] = []
        if resource.isNamespaced, resource.verbs.contains("list") {
            result.append(("\(root)/\(resource.plural)", item(resource, [.list], parameters: [])))
        }
        let place = resource.isNamespaced ? ["namespace"] : []
        result.append((collection, item(resource, [.list, .create, .deleteCollection], parameters: place)))
        guard resource.verbs.contains("get") else { return result }
        let single = item(resource, [.get, .replace, .delete, .patch], parameters: place + ["name"])
        result.append(("\(collection)/{name}", single))
        if resource.hasStatus {
            let status = item(resource, [.get, .replace, .patch], parameters: place + ["name"])
            result.append(("\(collection)/{name}/status", status))
        }
        return result
    }

    private enum Operation: String {
        case list, create, deleteCollection, get, replace, delete, patch

        var method: String {
            switch self {
            case .list, .get: "get"
            case .create: "post"
            case .replace: "put"
            case .delete, .deleteCollection: "delete"
            case .patch: "patch"
            }
        }

        /// The verb of discovery that allows the operation.
        var verb: String {
            switch self {
            case .replace: "update"
            case .deleteCollection: "deletecollection"
            default: rawValue
            }
        }

        /// The value of `x-kubernetes-action`.
        var action: String {
            switch self {
            case .create: "post"
            case .replace: "put"
            case .deleteCollection: "deletecollection"
            default: rawValue
            }
        }

        var queryParameters: [String] {
            switch self {
            case .list, .deleteCollection:
                ["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "resourceVersionMatch"]
            case .create, .replace: ["dryRun", "fieldManager", "fieldValidation"]
            case .patch: ["dryRun", "fieldManager", "fieldValidation", "force"]
            case .delete: ["dryRun", "gracePeriodSeconds", "propagationPolicy"]
            case .get: []
            }
        }
    }

    private static func item(_ resource: RegisteredResource, _ operations: [Operation], parameters: [String]) -> JSON {
        var result = JSON.object(JSONObject())
        for operation in operations where resource.verbs.contains(operation.verb) {
            result[operation.method] = self.operation(operation, of: resource)
        }
        if !parameters.isEmpty {
            result["parameters"] = .array(parameters.map { parameter($0, in: "path") })
        }
        return result
    }

    private static func operation(_ operation: Operation, of resource: RegisteredResource) -> JSON {
        let kind = resource.gvk.kind
        let identifier = resource.gvk.apiVersion.split { "./".contains($0) }.map(\.capitalizedFirst).joined() + kind
        var result: JSON = [
            "operationId": .string("\(operation.rawValue)\(identifier)"),
            "description": .string("\(operation.rawValue) \(kind)"),
            "parameters": .array(operation.queryParameters.map { parameter($0, in: "query") }),
            "x-kubernetes-action": .string(operation.action),
            "x-kubernetes-group-version-kind": OpenAPISchemas.json(resource.gvk),
        ]
        guard let definition = OpenAPISchemas.definitionName(of: resource) else { return result }
        let schema = OpenAPISchemas.reference(operation == .list ? "\(definition)List" : definition)
        result["responses"] = [
            "200": ["description": "OK", "content": ["application/json": ["schema": schema]]]
        ]
        switch operation {
        case .create, .replace: result["requestBody"] = body(["application/json"], schema)
        case .patch: result["requestBody"] = body(patchTypes(of: resource), ["type": "object"])
        default: break
        }
        return result
    }

    private static func patchTypes(of resource: RegisteredResource) -> [String] {
        let types = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"]
        return resource.isCustom ? types : types + ["application/strategic-merge-patch+json"]
    }

    private static func body(_ types: [String], _ schema: JSON) -> JSON {
        let content = types.map { JSONObject.Member(key: $0, value: ["schema": schema]) }
        return ["required": true, "content": .object(JSONObject(content))]
    }

    private static func parameter(_ name: String, in place: String) -> JSON {
        let types = ["limit": "integer", "gracePeriodSeconds": "integer", "force": "boolean"]
        var result: JSON = [
            "name": .string(name), "in": .string(place),
            "schema": ["type": .string(types[name] ?? "string"), "uniqueItems": true],
        ]
        if place == "path" { result["required"] = true }
        return result
    }
}

extension Substring {
    /// The text with its first letter in upper case.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
