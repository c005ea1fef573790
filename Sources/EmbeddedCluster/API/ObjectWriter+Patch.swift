// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects

/// The kinds of patches, by their media types.
enum PatchKind: String, Sendable, Hashable {
    case json = "application/json-patch+json"
    case merge = "application/merge-patch+json"
    case strategic = "application/strategic-merge-patch+json"
    case apply = "application/apply-patch+yaml"
}

extension ObjectWriter {
    /// Applies a patch to the object; a server-side apply also creates it.
    func patch(_ name: String, _ kind: PatchKind, _ body: RequestBody) throws(StatusError) -> Outcome {
        if kind == .apply { return try apply(name, body) }
        return try change(name) { live throws(StatusError) in
            guard let live else { throw .notFound(resource.groupResource, name) }
            let patched = try patched(live, kind, body)
            let type = GroupVersionKind(
                apiVersion: patched["apiVersion"]?.string ?? "",
                kind: patched["kind"]?.string ?? ""
            )
            guard type == resource.gvk else { throw badPatch(patched, typeProblem(type)) }
            let decoded = try decoded(patched: patched, body, name: name)
            let json = try identified(decoded, name)
            return ManagedFieldsUpdater.update(before: live.json, after: json, schema: schema, writer: writer)
        }
    }

    private func patched(_ live: KubeObject, _ kind: PatchKind, _ body: RequestBody) throws(StatusError) -> JSON {
        switch kind {
        case .json:
            return try refusing(name: "") { () throws(RequestRefusal) in
                try JSONPatch.apply(body.json, to: live.json)
            }
        case .merge, .apply:
            try checkMap(body, prefix: "error decoding patch: ")
            return JSONMergePatch.apply(body.json, to: live.json)
        case .strategic:
            try checkMap(body, prefix: "")
            return try refusing(name: "") { () throws(RequestRefusal) in
                try StrategicMergePatch.apply(body.json, to: live.json, schema: schema)
            }
        }
    }

    private func checkMap(_ body: RequestBody, prefix: String) throws(StatusError) {
        guard body.json.object == nil else { return }
        let type = body.json.array == nil ? body.json.typeName : "array"
        throw .badRequest("\(prefix)json: cannot unmarshal \(type) into Go value of type map[string]interface {}")
    }

    /// What decoding makes of a patched object; what it refuses is said of the patch.
    private func decoded(patched: JSON, _ body: RequestBody, name: String) throws(StatusError) -> JSON {
        let findings = findings(patched, body)
        if !findings.isEmpty {
            switch options.fieldValidation {
            case .ignore: break
            case .warn: warnings.add(findings)
            case .strict: throw badPatch(patched, "strict decoding error: \(findings.joined(separator: ", "))")
            }
        }
        do throws(RequestRefusal) {
            return Defaulter.apply(to: try TypedDecoder.decode(patched, schema: schema), schema: schema)
        } catch {
            let prefix = " cannot be handled as a \(resource.gvk.kind): "
            let problem = error.message.split(separator: prefix, maxSplits: 1).last.map(String.init)
            throw badPatch(patched, problem ?? error.message)
        }
    }

    private func badPatch(_ patched: JSON, _ problem: String) -> StatusError {
        let message = "Invalid value: \(StatusError.quoted(patched.text)): \(problem)"
        return StatusError(
            code: 422,
            reason: "Invalid",
            message: " \"\" is invalid: patch: \(message)",
            details: .init(causes: [.init(reason: "FieldValueInvalid", message: message, field: "patch")])
        )
    }

    private func apply(_ name: String, _ body: RequestBody) throws(StatusError) -> Outcome {
        let applied = body.json
        try checkMap(body, prefix: "error decoding YAML: error unmarshaling JSON: while decoding JSON: ")
        let given = GroupVersionKind(
            apiVersion: applied["apiVersion"]?.string ?? "",
            kind: applied["kind"]?.string ?? ""
        )
        guard given == resource.gvk else {
            throw .badRequest(
                "invalid object type: \(given.group)/\(given.version), Kind=\(given.kind)"
            )
        }
        if let entries = applied["metadata"]?["managedFields"]?.array, !entries.isEmpty {
            throw .badRequest("metadata.managedFields must be nil")
        }
        try validateKeys(body.duplicateKeys)
        return try change(name, createsWhenAbsent: options.subresource.isEmpty) { live throws(StatusError) in
            let merged = try refusing(name: name) { () throws(RequestRefusal) in
                try ServerSideApply.apply(
                    live: live?.json,
                    applied: applied,
                    schema: schema,
                    writer: writer,
                    force: options.isForced
                )
            }
            return try identified(try canonical(merged), name)
        }
    }

    /// Refuses or warns of keys that stand twice in an applied configuration.
    private func validateKeys(_ findings: [String]) throws(StatusError) {
        guard !findings.isEmpty else { return }
        switch options.fieldValidation {
        case .ignore: return
        case .warn: warnings.add(findings)
        case .strict:
            let list = findings.map { "\n  \($0)" }.joined()
            throw .badRequest(
                "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\(list)"
            )
        }
    }

    /// The object in the request's namespace; refused when its name is not that of the path.
    private func identified(_ given: JSON, _ name: String) throws(StatusError) -> JSON {
        var json = given
        try setNamespace(of: &json)
        try checkName(of: json, is: name)
        dropDuplicateOwners(of: &json)
        return json
    }
}
