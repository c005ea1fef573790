// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

/// One write to one resource: the stages between a decoded body and the store, in the real server's order.
struct ObjectWriter: Sendable {
    /// What a write gives back.
    struct Outcome: Sendable {
        /// In the version of the request.
        let object: KubeObject
        let isCreated: Bool
    }

    let machinery: APIMachinery
    let resource: RegisteredResource
    /// Of the request; empty for a cluster-scoped resource.
    let namespace: String
    let options: WriteOptions
    /// Collects what the client is warned of.
    let warnings: WarningCollector

    var schema: KindSchema { resource.schema }
    var rules: KindRules { KindRules(resource) }

    /// The stamp of this write in managedFields.
    var writer: Writer {
        Writer(
            manager: options.fieldManager,
            time: ClusterTime.now.text,
            subresource: options.subresource
        )
    }

    /// Decodes a body as the server's types do: unknown fields are refused or warned of, then dropped; defaults are set.
    func decode(_ body: RequestBody) throws(StatusError) -> JSON {
        var json = body.json
        try checkType(of: &json, body)
        let name = json["metadata"]?["name"]?.string ?? ""
        let decoded = try refusing(name: name) { () throws(RequestRefusal) in
            try TypedDecoder.decode(json, schema: schema)
        }
        try validate(findings(json, body))
        return Defaulter.apply(to: decoded, schema: schema)
    }

    /// What strict decoding finds in a body or a patched object.
    func findings(_ json: JSON, _ body: RequestBody) -> [String] {
        let unknown = UnknownFields.find(in: json, schema: schema)
        return resource.isCustom ? body.unorderedFindings(unknown: unknown) : body.findings(unknown: unknown)
    }

    /// Refuses or warns of what strict decoding found.
    func validate(_ findings: [String]) throws(StatusError) {
        guard !findings.isEmpty else { return }
        switch options.fieldValidation {
        case .ignore: break
        case .warn: warnings.add(findings)
        case .strict:
            throw StatusError(
                UnknownFields.refusal(findings, gvk: resource.gvk),
                kind: resource.gvk.groupKind,
                name: ""
            )
        }
    }

    /// Sets an absent `apiVersion` or `kind` of a built-in kind, and refuses another one.
    private func checkType(of json: inout JSON, _ body: RequestBody) throws(StatusError) {
        let kind = resource.gvk.kind
        guard json.object != nil else {
            let type = json.array == nil ? json.typeName : "array"
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind)): couldn't get version/kind; json parse "
                    + "error: json: cannot unmarshal \(type) into Go value of type struct { APIVersion string "
                    + #""json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" } (\#(body.summary))"#
            )
        }
        if resource.isCustom, json["kind"]?.string == nil || json["apiVersion"]?.string == nil {
            let missing = json["kind"]?.string == nil ? "Kind" : "apiVersion"
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(kind)): Object '\(missing)' is missing in "
                    + "'\(body.text)' (\(body.summary))"
            )
        }
        let givenKind = json["kind"]?.string ?? kind
        let givenVersion = json["apiVersion"]?.string ?? resource.gvk.apiVersion
        json["kind"] = .string(givenKind)
        json["apiVersion"] = .string(givenVersion)
        guard givenKind != kind || givenVersion != resource.gvk.apiVersion else { return }
        let given = GroupVersionKind(apiVersion: givenVersion, kind: givenKind)
        if givenKind == kind, machinery.resources.resource(given) != nil {
            throw .badRequest(
                "the API version in the data (\(givenVersion)) does not match the expected API version "
                    + "(\(resource.gvk.apiVersion))"
            )
        }
        throw .badRequest(
            "\(givenKind) in version \"\(given.version)\" cannot be handled as a \(kind): \(typeProblem(given))"
        )
    }

    /// Why an object of another kind or version does not belong to this resource.
    func typeProblem(_ given: GroupVersionKind) -> String {
        guard machinery.resources.resource(given) != nil else {
            return "no kind \"\(given.kind)\" is registered for version \"\(given.apiVersion)\" in scheme "
                + "\"pkg/runtime/scheme.go:111\""
        }
        let group = resource.gvk.group.split(separator: ".").first ?? "core"
        return "converting (\(given.version).\(given.kind)) to (\(group).\(resource.gvk.kind)): unknown conversion"
    }

    /// Makes the object's namespace that of the request, or refuses another one.
    func setNamespace(of json: inout JSON) throws(StatusError) {
        guard resource.isNamespaced else {
            json[["metadata", "namespace"]] = nil
            return
        }
        let given = json["metadata"]?["namespace"]?.string ?? ""
        guard given.isEmpty || given == namespace else {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        }
        json[["metadata", "namespace"]] = .string(namespace)
    }

    /// Runs a stage that knows only refusals, and says them of this write's object.
    func refusing<Result>(
        name: String,
        _ stage: () throws(RequestRefusal) -> Result
    ) throws(StatusError) -> Result {
        do throws(RequestRefusal) {
            return try stage()
        } catch {
            throw StatusError(error, kind: resource.gvk.groupKind, name: name)
        }
    }

    /// Throws 422 when there are findings.
    func refuse(_ errors: [FieldError], name: String) throws(StatusError) {
        guard !errors.isEmpty else { return }
        throw .invalid(
            resource.gvk.groupKind,
            name,
            errors.map { .init(reason: $0.reason.rawValue, message: $0.message, field: $0.field) }
        )
    }

    /// Wraps what the stages made; they keep the identity fields texts.
    func object(_ json: JSON) throws(StatusError) -> KubeObject {
        do throws(KubeObjectError) {
            return try KubeObject(json)
        } catch {
            throw .badRequest("\(error)")
        }
    }
}
