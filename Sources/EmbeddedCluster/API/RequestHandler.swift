// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import KubeObjects

/// Answers requests: finds what a path names, checks the right to do it, and does it.
struct RequestHandler: Sendable {
    let machinery: APIMachinery
    let access: AccessRules
    let discovery: DiscoveryDocuments
    let openAPI: OpenAPIDocuments

    /// The answer to one request; a refusal is an answer too.
    func respond(to request: APIRequest) -> APIResponse {
        let warnings = WarningCollector()
        var response: APIResponse
        do throws(StatusError) {
            switch RequestTarget(path: request.path) {
            case .other(let parts): response = try answer(parts, request)
            case .resource(let path): response = try answer(path, request, warnings)
            }
        } catch {
            response = .failure(error)
        }
        response.warnings = warnings.texts
        return response
    }

    private func answer(_ parts: [String], _ request: APIRequest) throws(StatusError) -> APIResponse {
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        switch parts.first {
        case "version": return .json(ServerVersion.json)
        case "healthz", "readyz", "livez": return .text("ok")
        case "openapi": return openAPIAnswer(parts)
        case nil: return .json(discovery.rootPaths)
        default:
            let media = try MediaChoice(accept: request.accept, offer: .discovery)
            guard let document = discovery.document(parts, media: media, host: request.host) else {
                return .text("404 page not found\n", status: 404)
            }
            var response = APIResponse.json(document)
            response.contentType = media.contentType
            if !media.discoveryVersion.isEmpty, parts.count > 1 { response.contentType = "application/json" }
            return response
        }
    }

    private func openAPIAnswer(_ parts: [String]) -> APIResponse {
        guard parts.count > 1, parts[1] == "v3" else { return .text("404 page not found\n", status: 404) }
        if parts.count == 2 { return .json(openAPI.index()) }
        guard let document = openAPI.document(parts[2...].joined(separator: "/")) else {
            return .text("404 page not found\n", status: 404)
        }
        return APIResponse(
            status: 200,
            headers: ["ETag": "\"\(document.hash)\"", "Cache-Control": "public, immutable"],
            body: .bytes(document.body)
        )
    }

    private func answer(
        _ path: ResourcePath,
        _ request: APIRequest,
        _ warnings: WarningCollector
    ) throws(StatusError) -> APIResponse {
        guard let resource = machinery.resources.resource(apiVersion: path.apiVersion, plural: path.resource) else {
            guard discovery.servesBuiltIn(group: path.group) else { return .text("404 page not found\n", status: 404) }
            throw .noSuchPath
        }
        let namespace = resource.isNamespaced ? path.namespace : ""
        guard resource.isNamespaced || path.namespace.isEmpty || path.resource == "namespaces" else {
            throw .noSuchPath
        }
        var verb = request.verb(of: path)
        if verb == "watch", request.method != "GET" { verb = "get" }
        try access.check(
            request.user,
            AccessRules.Attempt(
                verb: verb,
                resource: path.groupResource,
                subresource: path.subresource,
                namespace: path.namespace,
                name: path.name
            )
        )
        let endpoint = ResourceEndpoint(
            machinery: machinery,
            access: access,
            resource: resource,
            namespace: namespace,
            name: path.name,
            request: request,
            warnings: warnings
        )
        if let warning = resource.deprecationWarning { warnings.add([warning]) }
        return try endpoint.answer(verb: verb, subresource: path.subresource)
    }
}

/// The version that the server claims to be.
enum ServerVersion {
    static let minor = "36"
    /// The answer of `/version`.
    static let json: JSON = [
        "major": "1", "minor": .string(minor), "gitVersion": .string("v1.\(minor).0-sternpost"),
        "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none",
        "compiler": "swiftc", "platform": "linux/amd64", "emulationMajor": "1", "emulationMinor": .string(minor),
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "35",
    ]
}
