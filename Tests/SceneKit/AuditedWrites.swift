// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncLook

/// The writes that a history said before they were sent, to hold the requests of a cluster against.
struct AuditedWrites {
    /// The paths of the objects, without versions.
    private var announced: Set<String> = []
    private var deletions: Set<String> = []
    private var collections: Set<String> = []

    /// Adds the write that a row is about.
    mutating func insert(_ verb: MutationIntent.Verb, of id: ObjectID, in resource: APIResource) {
        let path = Self.withoutVersion(resource.path(namespace: id.namespace, name: id.name))
        announced.insert(path)
        if verb != .delete { collections.insert(Self.parent(of: path)) }
        if verb == .delete || verb == .recreate { deletions.insert(path) }
    }

    /// Whether a row said that this would be written. What is created is told by its collection: its name is in the body.
    func hold(_ request: RecordedRequest) -> Bool {
        let path = Self.withoutVersion(request.path)
        return switch request.method {
        case "POST": collections.contains(path)
        case "DELETE": deletions.contains(path)
        default: announced.contains(path)
        }
    }

    /// `/apis/apps/v1/…` as `/apis/apps/…`: the same object may be written in several versions.
    static func withoutVersion(_ path: String) -> String {
        var parts = path.split(separator: "/").map(String.init)
        guard let first = parts.first else { return path }
        let index = first == "api" ? 1 : 2
        if parts.indices.contains(index) { parts.remove(at: index) }
        return "/" + parts.joined(separator: "/")
    }

    private static func parent(of path: String) -> String {
        "/" + path.split(separator: "/").dropLast().joined(separator: "/")
    }
}

extension RecordedRequest {
    /// Whether the operator sent it, in this process or in one of its own, and no hand of a test.
    var isFromOperator: Bool { userAgent == KubeClientOptions().userAgent }

    /// `/widgets` of `/apis/example.com/v1/namespaces/a/widgets/w`, and of the path to which one is posted.
    var collection: String {
        let parts = path.split(separator: "/")
        return "/\((method == "POST" ? parts.last : parts.dropLast().last) ?? "")"
    }
}
