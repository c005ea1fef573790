// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// One thing that the user `limited` may not do.
package struct DeniedAccess: Sendable, Hashable {
    /// `get`, `list`, `create`, …, or `*`.
    package let verb: String
    /// `pods`, `deployments.apps`, `deployments.apps/scale`, or `*`.
    package let resource: String

    package init(verb: String, resource: String) {
        self.verb = verb
        self.resource = resource
    }
}

/// Who may do what: the administrator everything, the user `limited` all but a scripted list.
struct AccessRules: Sendable {
    /// What a request wants to do, as the authorizer sees it.
    struct Attempt: Sendable {
        let verb: String
        let resource: GroupResource
        let subresource: String
        let namespace: String
        let name: String
    }

    static let administrator = ClusterUser(name: "admin", groups: ["system:masters", "system:authenticated"])
    static let limited = ClusterUser(name: "limited", groups: ["system:authenticated"])

    let administratorToken: String
    let limitedToken: String
    let denied: [DeniedAccess]

    /// The user behind an `Authorization` header; nil when there is none or nobody has that token.
    func user(authorization header: String) -> ClusterUser? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return user(token: String(parts[1]))
    }

    /// The user behind a token; nil when nobody has it.
    func user(token: String) -> ClusterUser? {
        switch token {
        case administratorToken: AccessRules.administrator
        case limitedToken: AccessRules.limited
        default: nil
        }
    }

    /// Whether the user may do it.
    func allows(_ user: ClusterUser, _ attempt: Attempt) -> Bool {
        guard user != AccessRules.administrator else { return true }
        let suffix = attempt.subresource.isEmpty ? "" : "/\(attempt.subresource)"
        return !denied.contains { rule in
            (rule.verb == "*" || rule.verb == attempt.verb)
                && (rule.resource == "*" || rule.resource == "\(attempt.resource)\(suffix)")
        }
    }

    /// Throws 403, in the words of RBAC, when the user may not do it.
    func check(_ user: ClusterUser, _ attempt: Attempt) throws(StatusError) {
        guard !allows(user, attempt) else { return }
        let suffix = attempt.subresource.isEmpty ? "" : "/\(attempt.subresource)"
        let place =
            attempt.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(attempt.namespace)\""
        throw .forbidden(
            attempt.resource,
            attempt.name,
            "User \"\(user.name)\" cannot \(attempt.verb) resource \"\(attempt.resource.resource)\(suffix)\" in API group "
                + "\"\(attempt.resource.group)\" \(place)"
        )
    }
}
