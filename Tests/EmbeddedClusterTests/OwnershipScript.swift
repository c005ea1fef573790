// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects

/// A list of writes to one object, in the style of structured-merge-diff's tests, and what comes out.
struct OwnershipScript {
    enum Write: Sendable {
        case apply(String, by: String, force: Bool = false)
        case create(String, by: String)
        case merge(String, by: String)
        case strategic(String, by: String)
    }

    private(set) var live: JSON?
    private let schema: KindSchema
    private var clock = 0

    init(_ schema: KindSchema) { self.schema = schema }

    /// Runs one write as the server does, a second later than the one before.
    mutating func run(_ write: Write) throws {
        clock += 1
        let second = clock < 10 ? "0\(clock)" : "\(clock)"
        func writer(_ name: String) -> Writer { Writer(manager: name, time: "2026-01-01T00:00:\(second)Z") }
        func stored(_ body: JSON, _ name: String) throws -> JSON {
            let decoded = Defaulter.apply(to: try TypedDecoder.decode(body, schema: schema), schema: schema)
            return ManagedFieldsUpdater.update(before: live, after: decoded, schema: schema, writer: writer(name))
        }
        var next: JSON
        switch write {
        case .apply(let text, let name, let force):
            let body = try JSONParser.parse(text)
            next = try ServerSideApply.apply(
                live: live,
                applied: body,
                schema: schema,
                writer: writer(name),
                force: force
            )
        case .create(let text, let name): next = try stored(try JSONParser.parse(text), name)
        case .merge(let text, let name):
            next = try stored(JSONMergePatch.apply(try JSONParser.parse(text), to: live ?? [:]), name)
        case .strategic(let text, let name):
            let patch = try JSONParser.parse(text)
            next = try stored(try StrategicMergePatch.apply(patch, to: live ?? [:], schema: schema), name)
        }
        next[["metadata", "uid"]] = "7f2b"
        live = next
    }

    /// Owners as `Apply m: {"f:data":{"f:a":{}}}`, in the order of managedFields.
    var owners: [String] {
        (live?["metadata"]?["managedFields"]?.array ?? []).map {
            "\($0["operation"]?.string ?? "") \($0["manager"]?.string ?? ""): \($0["fieldsV1"]?.text ?? "")"
        }
    }
}

/// Schemas that tests write to.
enum TestSchemas {
    private struct NoSchema: Error { let text: String }

    static func builtIn(_ apiVersion: String, _ kind: String) throws -> KindSchema {
        let gvk = GroupVersionKind(apiVersion: apiVersion, kind: kind)
        guard let schema = SchemaCatalog.schema(for: gvk) else {
            throw NoSchema(text: "\(gvk) is not built in")
        }
        return schema
    }

    /// A custom resource `Widget` whose spec has the given properties.
    static func widget(_ properties: String) throws -> KindSchema {
        let definition = try JSONParser.parse(
            """
            {"spec":{"group":"ex.io","names":{"kind":"Widget","plural":"widgets"},"versions":[{"name":"v1","served":true,
            "storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{
            "spec":{"type":"object","properties":\(properties)},
            "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
            """
        )
        guard let schema = SchemaCatalog.schema(ofDefinition: definition, version: "v1") else {
            throw NoSchema(text: "the definition has no version v1")
        }
        return schema
    }

    /// A Deployment with one container; `spec`, `pod` and `container` are more members, each with a comma before it.
    static func deployment(spec: String = "", pod: String = "", container: String = "") -> String {
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},
        "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"nginx:1"\(container)}]\(pod)}}\
        \(spec)}}
        """
    }

    static func configMap(_ data: String) -> String {
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":\#(data)}"#
    }
}
