// SPDX-License-Identifier: Apache-2.0

/// One HTTP request, apart from any web framework.
struct APIRequest: Sendable {
    /// `GET`, `POST`, …
    let method: String
    /// The raw path, without the query.
    let path: String
    let query: QueryParameters
    /// `host:port` as the client spells the server.
    let host: String
    /// The `Accept` header; empty when absent.
    let accept: String
    /// The `Content-Type` header; empty when absent.
    let contentType: String
    /// The `User-Agent` header; empty when absent.
    let userAgent: String
    /// Empty for a request whose answer is a stream: nobody reads the body of one.
    var body: [UInt8] = []
    /// Who asks.
    let user: ClusterUser

    /// Whether the answer is a stream. Its body must be left to the watch over the connection, which ends the stream when
    /// the client hangs up.
    var isStream: Bool { method == "GET" && query.flag("watch") }

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

/// A user who may send requests.
struct ClusterUser: Sendable, Hashable {
    let name: String
    let groups: [String]
}
