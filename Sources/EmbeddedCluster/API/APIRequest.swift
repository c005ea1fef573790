// SPDX-License-Identifier: Apache-2.0

/// One HTTP request, apart from any web framework.
struct APIRequest: Sendable {
    /// `GET`, `POST`, …
    let method: String
    /// The raw path, without the query.
    let path: String
    let query: QueryParameters
    /// The `Accept` header; empty when absent.
    let accept: String
    /// The `Content-Type` header; empty when absent.
    let contentType: String
    /// The `User-Agent` header; empty when absent.
    let userAgent: String
    let body: [UInt8]
    /// Who asks.
    let user: ClusterUser

    /// The Kubernetes verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    func verb(of path: ResourcePath) -> String {
        switch method {
        case "GET", "HEAD":
            if query.flag("watch") { return "watch" }
            return path.name.isEmpty ? "list" : "get"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return path.name.isEmpty ? "deletecollection" : "delete"
        default: return method.lowercased()
        }
    }
}

/// Somebody who may send requests.
struct ClusterUser: Sendable, Hashable {
    let name: String
    let groups: [String]
}
