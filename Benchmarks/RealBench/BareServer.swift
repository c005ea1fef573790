// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import Foundation
import HTTPWire
import KubeObjects
import YAMLText

/// The API server of a kubeconfig's current context, with no more around it than HTTP: what is measured against
/// Sternpost must not be slowed down by Sternpost's own client.
struct BareServer: Sendable {
    let url: String
    let security: HTTPSecurity
    let token: String?

    /// Understands what an administrator's kubeconfig has: certificates as data or files, or a token.
    init(kubeconfig path: String) throws {
        guard let data = FileManager.default.contents(atPath: path),
            let config = try YAMLText.documents(in: Array(data)).first?.json
        else { throw BenchmarkError("\(path): cannot be read as a kubeconfig") }
        let folder = URL(filePath: path).deletingLastPathComponent()
        func entry(_ list: String, _ name: String?, _ key: String) throws -> JSON {
            let found = config[list]?.array?.first { $0["name"]?.string == name }?[key]
            guard let found else { throw BenchmarkError("\(path): no \(key) \(name ?? "") in it") }
            return found
        }
        func bytes(_ field: String, of entry: JSON) throws -> [UInt8]? {
            if let text = entry["\(field)-data"]?.string { return Data(base64Encoded: text).map(Array.init) }
            guard let file = entry[field]?.string else { return nil }
            return Array(try Data(contentsOf: URL(filePath: file, relativeTo: folder)))
        }
        let context = try entry("contexts", config["current-context"]?.string, "context")
        let cluster = try entry("clusters", context["cluster"]?.string, "cluster")
        let user = try entry("users", context["user"]?.string, "user")
        guard let server = cluster["server"]?.string else { throw BenchmarkError("\(path): a cluster without server") }
        url = server.hasSuffix("/") ? String(server.dropLast()) : server
        token = user["token"]?.string
        var identity: HTTPSecurity.Identity?
        if let certificate = try bytes("client-certificate", of: user), let key = try bytes("client-key", of: user) {
            identity = HTTPSecurity.Identity(certificate: certificate, key: key)
        }
        let authorities = try bytes("certificate-authority", of: cluster)
        security = HTTPSecurity(trust: authorities.map { .only(authorities: $0) } ?? .system, identity: identity)
    }

    /// A request to a path of the server.
    func request(
        _ method: String,
        _ path: String,
        body: [UInt8]? = nil,
        type: String = "application/json",
        version: HTTPRequest.Version = .http1
    ) -> HTTPRequest {
        var headers = [HTTPHeader("Accept", "application/json")]
        if body != nil { headers.append(HTTPHeader("Content-Type", type)) }
        if let token { headers.append(HTTPHeader("Authorization", "Bearer \(token)")) }
        return HTTPRequest(
            method: method,
            url: url + path,
            headers: headers,
            body: body,
            security: security,
            version: version,
            mayBeResent: true
        )
    }
}
