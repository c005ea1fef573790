// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

/// One resource, as one request meets it.
struct ResourceEndpoint: Sendable {
    let machinery: APIMachinery
    let access: AccessRules
    let resource: RegisteredResource
    /// Empty for all namespaces and for cluster-scoped resources.
    let namespace: String
    /// Empty for the collection.
    let name: String
    let request: APIRequest
    let warnings: WarningCollector

    /// Does what the verb says to the resource or a subresource of it.
    func answer(verb: String, subresource: String) throws(StatusError) -> APIResponse {
        switch subresource {
        case "": return try answer(verb)
        case "status" where resource.hasStatus: return try status(verb)
        case "scale": return try scale(verb)
        case "finalize" where resource.plural == "namespaces":
            guard verb == "update" else { throw .methodNotAllowed }
            return try update(subresource: "finalize")
        case "log" where resource.gvk.groupKind == GroupKind(group: "", kind: "Pod"): return try log(verb)
        default: throw .noSuchPath
        }
    }

    private func answer(_ verb: String) throws(StatusError) -> APIResponse {
        guard resource.verbs.contains(verb) else { throw .methodNotAllowed }
        let needsNamespace = resource.isNamespaced && namespace.isEmpty
        switch verb {
        case "get": return try get()
        case "list": return try list()
        case "watch": return try watch()
        case "create":
            guard name.isEmpty, !needsNamespace else { throw .methodNotAllowed }
            return try create()
        case "update", "patch", "delete":
            guard !name.isEmpty else { throw .methodNotAllowed }
            if verb == "delete" { return try delete() }
            return verb == "update" ? try update(subresource: "") : try patch(subresource: "")
        case "deletecollection":
            guard !needsNamespace else { throw .methodNotAllowed }
            return try deleteCollection()
        default: throw .methodNotAllowed
        }
    }

    private func presenter(_ offer: MediaChoice.Offer = .objects) throws(StatusError) -> Presenter {
        try Presenter(resource, media: try MediaChoice(accept: request.accept, offer: offer), query: request.query)
    }

    private func live() throws(StatusError) -> KubeObject {
        guard let object = machinery.object(resource, namespace: namespace, name: name) else {
            throw .notFound(resource.groupResource, name)
        }
        return object
    }

    private func get() throws(StatusError) -> APIResponse {
        let presenter = try presenter()
        if let asked = try ObjectReader.revision(request.query["resourceVersion"] ?? ""),
            asked > machinery.store.revision
        {
            throw .tooLargeResourceVersion(asked: asked, current: machinery.store.revision)
        }
        return presenter.response(try live().json)
    }

    private func reader(isWatch: Bool) throws(StatusError) -> ObjectReader {
        var options = try ListOptions(request.query, resource: resource, isWatch: isWatch)
        if !name.isEmpty { try options.fieldSelector.require(name: name) }
        return ObjectReader(machinery: machinery, resource: resource, namespace: namespace, options: options)
    }

    private func list() throws(StatusError) -> APIResponse {
        let presenter = try presenter()
        return presenter.response(try reader(isWatch: false).page())
    }

    private func watch() throws(StatusError) -> APIResponse {
        let presenter = try presenter(.events)
        let reader = try reader(isWatch: true)
        let text = reader.options.resourceVersion
        guard let start = text.isEmpty ? 0 : Int64(text), start >= 0 else {
            let quoted = StatusError.quoted(text)
            throw .unforeseen(
                "resourceVersion: Invalid value: \(quoted): strconv.ParseUint: parsing \(quoted): invalid syntax"
            )
        }
        let stream = WatchStream(reader: reader, presenter: presenter, start: start)
        return APIResponse(status: 200, body: .stream { output in try await stream.run(&output) })
    }

    private func writer(_ kind: WriteOptions.Kind, subresource: String, isApply: Bool = false) throws(StatusError)
        -> ObjectWriter
    {
        let options = try WriteOptions(request, kind: kind, isApply: isApply, subresource: subresource)
        return ObjectWriter(
            machinery: machinery,
            resource: resource,
            namespace: namespace,
            options: options,
            warnings: warnings
        )
    }

    private func create() throws(StatusError) -> APIResponse {
        let presenter = try presenter()
        let body = try RequestBody(request, kind: resource.gvk.kind)
        let writer = try writer(.create, subresource: "")
        let reviews = AccessReviews(access: access, user: request.user)
        if resource.verbs == ["create"] {
            let review = ManagedFieldsUpdater.update(
                before: nil,
                after: try writer.decode(body),
                schema: resource.schema,
                writer: writer.writer
            )
            guard let answer = reviews.answer(review, kind: resource.gvk.groupKind) else { throw .methodNotAllowed }
            return presenter.response(answer, status: 201)
        }
        let outcome = try writer.create(body)
        return presenter.response(outcome.object.json, status: 201)
    }

    private func update(subresource: String) throws(StatusError) -> APIResponse {
        let presenter = try presenter()
        let writer = try writer(.update, subresource: subresource)
        let outcome = try writer.update(name, try RequestBody(request, kind: resource.gvk.kind))
        let status = outcome.isCreated ? 201 : 200
        return presenter.response(outcome.object.json, status: status)
    }

    private func patchKind() throws(StatusError) -> PatchKind {
        guard let kind = PatchKind(rawValue: RequestBody.mediaType(request.contentType)) else {
            throw StatusError(
                code: 415,
                reason: "UnsupportedMediaType",
                message: "415: Unsupported Media Type",
                details: .init()
            )
        }
        if kind == .strategic, resource.isCustom {
            throw .unsupportedMediaType([
                PatchKind.json.rawValue, PatchKind.merge.rawValue, PatchKind.apply.rawValue,
            ])
        }
        return kind
    }

    private func patch(subresource: String) throws(StatusError) -> APIResponse {
        let kind = try patchKind()
        let presenter = try presenter()
        let writer = try writer(.patch, subresource: subresource, isApply: kind == .apply)
        let isCreation = kind == .apply && machinery.object(resource, namespace: namespace, name: name) == nil
        if isCreation {
            try access.check(
                request.user,
                .init(
                    verb: "create",
                    resource: resource.groupResource,
                    subresource: subresource,
                    namespace: namespace,
                    name: name
                )
            )
        }
        let outcome = try writer.patch(name, kind, try RequestBody(patch: request, isYAML: kind == .apply))
        let status = outcome.isCreated ? 201 : 200
        return presenter.response(outcome.object.json, status: status)
    }

    private func delete() throws(StatusError) -> APIResponse {
        let presenter = try presenter()
        let options = try DeleteOptions(request)
        if resource.plural == "namespaces", resource.gvk.group.isEmpty { try NamespaceLifecycle.checkDeletion(name) }
        if resource.gvk.groupKind == GroupKind(group: "batch", kind: "Job"), options.propagation == nil {
            warnings.add([
                "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them "
                    + "or set propagationPolicy=Orphan to suppress this warning"
            ])
        }
        let deleter = ObjectDeleter(machinery: machinery, resource: resource, options: options)
        return presenter.response(try deleter.delete(namespace: namespace, name: name).json(resource))
    }

    private func deleteCollection() throws(StatusError) -> APIResponse {
        let presenter = try presenter()
        let options = try DeleteOptions(request)
        let page = try reader(isWatch: false).page()
        let deleter = ObjectDeleter(machinery: machinery, resource: resource, options: options)
        for object in page.objects {
            do throws(StatusError) {
                _ = try deleter.delete(namespace: object.namespace, name: object.name)
            } catch  where error.reason == "NotFound" {
                continue
            }
        }
        return presenter.response(page)
    }

    private func status(_ verb: String) throws(StatusError) -> APIResponse {
        switch verb {
        case "get": return try get()
        case "update": return try update(subresource: "status")
        case "patch": return try patch(subresource: "status")
        default: throw .methodNotAllowed
        }
    }

    private func scale(_ verb: String) throws(StatusError) -> APIResponse {
        guard let paths = resource.scale else { throw .noSuchPath }
        let isPatch = verb == "patch"
        let kind = isPatch ? try patchKind() : .merge
        let writer = try writer(isPatch ? .patch : .update, subresource: "scale", isApply: kind == .apply)
        let scale = ScaleSubresource(writer: writer, paths: paths)
        switch verb {
        case "get": return .json(scale.scale(of: try live()))
        case "update": return .json(try scale.update(name, try RequestBody(request, kind: "Scale")))
        case "patch":
            return .json(try scale.patch(name, kind, try RequestBody(patch: request, isYAML: kind == .apply)))
        default: throw .methodNotAllowed
        }
    }

    /// The log of a pod: one line that says which container it would be.
    private func log(_ verb: String) throws(StatusError) -> APIResponse {
        guard verb == "get" else { throw .methodNotAllowed }
        let pod = try live()
        let names = (pod.spec?["containers"]?.array ?? []).compactMap { $0["name"]?.string }
        let container = request.query["container"] ?? names.first ?? ""
        guard names.contains(container) else {
            throw .badRequest("container \(container) is not valid for pod \(pod.name)")
        }
        return .text("\(pod.name)/\(container): the embedded cluster runs no containers\n")
    }
}
