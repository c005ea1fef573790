// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// The resources that answer a question instead of storing an object: who am I, may I.
struct AccessReviews: Sendable {
    let access: AccessRules
    let user: ClusterUser

    /// The review with its answer; nil when the kind is no review.
    func answer(_ review: JSON, kind: GroupKind) -> JSON? {
        var result = review
        switch kind.description {
        case "SelfSubjectReview.authentication.k8s.io":
            result["status"] = [
                "userInfo": ["username": .string(user.name), "groups": .array(user.groups.map(JSON.string))]
            ]
        case "SelfSubjectAccessReview.authorization.k8s.io":
            result["status"] = accessAnswer(review["spec"] ?? [:])
        case "SelfSubjectRulesReview.authorization.k8s.io":
            result["status"] = [
                "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
                "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]],
                "incomplete": .bool(user != AccessRules.administrator),
            ]
        default: return nil
        }
        result["metadata"] = review["metadata"] ?? [:]
        return result
    }

    private func accessAnswer(_ spec: JSON) -> JSON {
        guard let wanted = spec["resourceAttributes"] else { return ["allowed": true] }
        let text = { (key: String) in wanted[key]?.string ?? "" }
        let attempt = AccessRules.Attempt(
            verb: text("verb"),
            resource: GroupResource(group: text("group"), resource: text("resource")),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name")
        )
        return ["allowed": .bool(access.allows(user, attempt))]
    }
}
