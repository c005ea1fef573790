// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import PlainText

extension KubeClient {
    /// Server-side apply with strict field validation; `metadata.managedFields` is left out of what is sent.
    ///
    /// Sent again only while the server did not accept it: after a lost answer or a lost race (409) the caller reads
    /// the object first. A dry run is a read. A `subresource` such as `status` applies to that.
    package func apply(
        _ object: KubeObject,
        to resource: APIResource,
        fieldManager: String,
        force: Bool = true,
        dryRun: Bool = false,
        subresource: String = ""
    ) async throws(KubeError) -> WriteAnswer {
        let path = try resource.checkedPath(namespace: object.namespace, name: object.name)
        var request = KubeRequest(method: "PATCH", path: path + suffix(subresource), safety: dryRun ? .read : .once)
        request.contentType = "application/apply-patch+yaml"
        request.query = [
            ("fieldManager", fieldManager), ("force", force ? "true" : "false"), ("fieldValidation", "Strict"),
        ]
        if dryRun { request.query.append(("dryRun", "All")) }
        request.body = try body(object, of: resource)
        return try await write(request, of: resource, name: object.name)
    }

    /// Creates an object; fails with `alreadyExists` when there is one.
    package func create(
        _ object: KubeObject,
        in resource: APIResource,
        fieldManager: String
    ) async throws(KubeError) -> WriteAnswer {
        let path = try resource.checkedPath(namespace: object.namespace)
        if resource.isNamespaced, object.namespace.isEmpty {
            throw KubeError(reason: .configuration, message: "\(resource.gvk.kind) \(object.name) needs a namespace")
        }
        var request = KubeRequest(method: "POST", path: path, safety: .once)
        request.contentType = "application/json"
        request.query = [("fieldManager", fieldManager), ("fieldValidation", "Strict")]
        request.body = try body(object, of: resource)
        return try await write(request, of: resource, name: object.name)
    }

    /// Puts an object in the place of the stored one with the same resourceVersion; fails with `conflict` otherwise.
    package func replace(
        _ object: KubeObject,
        in resource: APIResource,
        fieldManager: String,
        subresource: String = ""
    ) async throws(KubeError) -> WriteAnswer {
        guard object.resourceVersion?.isEmpty == false else {
            throw KubeError(reason: .configuration, message: "\(object.id) has no resourceVersion to replace")
        }
        let path = try resource.checkedPath(namespace: object.namespace, name: object.name)
        var request = KubeRequest(method: "PUT", path: path + suffix(subresource), safety: .once)
        request.contentType = "application/json"
        request.query = [("fieldManager", fieldManager), ("fieldValidation", "Strict")]
        request.body = try body(object, of: resource, keepsManagedFields: true)
        return try await write(request, of: resource, name: object.name)
    }

    /// Patches one object, or a subresource of it; a patch of `scale` is answered with the Scale.
    package func patch(
        _ resource: APIResource,
        namespace: String,
        name: String,
        type: PatchType,
        body: JSON,
        fieldManager: String,
        dryRun: Bool = false,
        subresource: String = ""
    ) async throws(KubeError) -> WriteAnswer {
        let path = try resource.checkedPath(namespace: namespace, name: name)
        var request = KubeRequest(method: "PATCH", path: path + suffix(subresource), safety: .once)
        request.contentType = type.rawValue
        request.query = [("fieldManager", fieldManager), ("fieldValidation", "Strict")]
        if dryRun { request.query.append(("dryRun", "All")) }
        request.body = body.serialized()
        return try await write(request, of: answering(resource, subresource), name: name)
    }

    /// What a write is answered with: `scale` has a kind of its own, every other subresource the object's.
    private func answering(_ resource: APIResource, _ subresource: String) -> APIResource {
        guard subresource == "scale" else { return resource }
        return APIResource(
            gvk: GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"),
            plural: resource.plural,
            isNamespaced: resource.isNamespaced,
            verbs: resource.verbs
        )
    }

    private func suffix(_ subresource: String) -> String { subresource.isEmpty ? "" : "/\(subresource)" }

    private func body(
        _ object: KubeObject,
        of resource: APIResource,
        keepsManagedFields: Bool = false
    ) throws(KubeError) -> [UInt8] {
        guard object.gvk == resource.gvk else {
            throw KubeError(
                reason: .configuration,
                message: "\(object.id) is of \(object.gvk), which \(resource.plural) of \(resource.gvk) cannot take"
            )
        }
        // The server quotes values in some of its errors.
        redactor.register(secretObject: object)
        guard !keepsManagedFields, object.metadata["managedFields"] != nil else { return object.json.serialized() }
        var json = object.json
        json[["metadata", "managedFields"]] = nil
        return json.serialized()
    }

    private func write(
        _ request: KubeRequest,
        of resource: APIResource,
        name: String
    ) async throws(KubeError) -> WriteAnswer {
        try await perform(request) { (answer) throws(KubeError) in
            WriteAnswer(
                object: try KubeDocument.object(answer, to: request, of: resource, name: name),
                isCreated: answer.status == 201,
                warnings: KubeClient.warnings(answer.head, isSecret: request.isAboutSecrets)
            )
        }
    }

    /// The texts of `Warning: 299 - "text"` headers (RFC 7234 5.5), in order. About a Secret only how many there are: they
    /// may quote its values.
    static func warnings(_ head: HTTPHead, isSecret: Bool = false) -> [String] {
        let texts = warningTexts(head)
        guard isSecret, !texts.isEmpty else { return texts }
        return [
            "the server sent \(texts.count.counted("warning")) about the Secret, not shown because a value may be quoted"
        ]
    }

    private static func warningTexts(_ head: HTTPHead) -> [String] {
        head.values(of: "Warning").flatMap { line -> [String] in
            var texts: [String] = []
            var text: [UInt8]?
            var isEscaped = false
            for byte in line.utf8 {
                if text == nil {
                    if byte == UInt8(ascii: "\"") { text = [] }
                } else if isEscaped {
                    text?.append(byte)
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    texts.append(KubeError.oneLine(String(decoding: text ?? [], as: UTF8.self)))
                    text = nil
                } else {
                    text?.append(byte)
                }
            }
            return texts
        }
    }
}
