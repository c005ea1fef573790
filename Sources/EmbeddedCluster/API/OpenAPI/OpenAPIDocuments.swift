// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import ClusterSchema
import KubeObjects
import Synchronization

/// The OpenAPI v3 documents of the cluster: an index, and one document per group version.
///
/// Documents are made when they are first asked for and kept until the registry changes.
package final class OpenAPIDocuments: Sendable {
    /// One document as served.
    package struct Document: Sendable {
        /// The JSON text.
        package let body: [UInt8]
        /// A digest of the text in upper-case hexadecimal digits: the `hash` parameter and the ETag.
        package let hash: String
    }

    private struct Cache {
        var generation = -1
        var documents: [String: Document] = [:]
    }

    private let resources: ResourceRegistry
    private let version: String
    private let cache = Mutex(Cache())

    /// - Parameters:
    ///   - resources: What is served.
    ///   - version: The server's version for `info`, such as `1.36`.
    package init(resources: ResourceRegistry, version: String) {
        self.resources = resources
        self.version = version
    }

    /// The answer of `/openapi/v3`: a hashed address for each group version.
    package func index() -> JSON {
        var paths = JSONObject()
        for path in Set(resources.all.map { OpenAPIDocuments.path(of: $0.gvk) }) {
            guard let hash = document(path)?.hash else { continue }
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]
        }
        return ["paths": .object(paths)]
    }

    /// The document behind `/openapi/v3/`, by a path such as `api/v1` or `apis/apps/v1`; nil when there is none.
    package func document(_ path: String) -> Document? {
        let generation = resources.generation
        let known = cache.withLock { cache -> Document? in
            if cache.generation != generation { cache = Cache(generation: generation) }
            return cache.documents[path]
        }
        if let known { return known }
        let served = resources.all.filter { OpenAPIDocuments.path(of: $0.gvk) == path }
        guard !served.isEmpty else { return nil }
        let body = OpenAPIDocuments.json(of: served, version: version).serialized()
        let document = Document(body: body, hash: StableHash.hexadecimal(of: body))
        cache.withLock { cache in
            if cache.generation == generation { cache.documents[path] = document }
        }
        return document
    }

    private static func path(of gvk: GroupVersionKind) -> String {
        gvk.group.isEmpty ? "api/\(gvk.version)" : "apis/\(gvk.apiVersion)"
    }

    private static func json(of served: [RegisteredResource], version: String) -> JSON {
        var schemas = OpenAPISchemas()
        var paths = JSONObject()
        for resource in served {
            if let schema = resource.customSchema {
                schemas.add(custom: resource.gvk, schema: schema)
            } else {
                schemas.add(resource.gvk)
            }
            for (path, item) in OpenAPIPaths.items(of: resource) { paths[path] = item }
        }
        let definitions = JSONObject(schemas.definitions.map { .init(key: $0.key, value: $0.value) })
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .string(version)],
            "paths": .object(paths), "components": ["schemas": .object(definitions)],
        ]
    }
}
