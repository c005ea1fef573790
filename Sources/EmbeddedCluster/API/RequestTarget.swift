// SPDX-License-Identifier: Apache-2.0
import ClusterStore

/// What the path of a request names.
enum RequestTarget: Sendable, Hashable {
    /// A resource, one of its objects or a subresource.
    case resource(ResourcePath)
    /// Anything else: `/version`, `/api`, `/apis/apps`, …; the decoded segments.
    case other([String])

    /// Reads a raw path, without the query.
    init(path: some StringProtocol) {
        let parts = path.split(separator: "/").map { PercentEncoding.decoded($0) }
        let isCore = parts.first == "api"
        let rootLength = isCore ? 2 : 3
        guard isCore || parts.first == "apis", parts.count > rootLength else {
            self = .other(parts)
            return
        }
        self = .resource(
            ResourcePath(
                group: isCore ? "" : parts[1],
                version: parts[rootLength - 1],
                segments: parts[rootLength...]
            )
        )
    }
}

/// The parts of a resource's path, as apiserver's `RequestInfo` splits them.
struct ResourcePath: Sendable, Hashable {
    let group: String
    let version: String
    /// Empty for all namespaces and for cluster-scoped resources; of a Namespace its own name.
    let namespace: String
    let resource: String
    /// Empty for the collection.
    let name: String
    /// Empty, or `status`, `scale`, `log`, …
    let subresource: String

    /// `v1` or `apps/v1`.
    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    var groupResource: GroupResource { GroupResource(group: group, resource: resource) }

    fileprivate init(group: String, version: String, segments: ArraySlice<String>) {
        self.group = group
        self.version = version
        var rest = segments
        var namespace = ""
        if rest.first == "namespaces", rest.count > 1 {
            namespace = rest[rest.startIndex + 1]
            let behind = rest.dropFirst(2)
            if let next = behind.first, next != "status", next != "finalize" { rest = behind }
        }
        self.namespace = namespace
        let parts = Array(rest)
        resource = parts.first ?? ""
        name = parts.count > 1 ? parts[1] : ""
        subresource = parts.count > 2 ? parts[2] : ""
    }
}
