// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

extension TableFormat {
    /// Configuration, identities and rights.
    static let access: [GroupKind: TableFormat] = [
        GroupKind(group: "", kind: "ConfigMap"): configMap,
        GroupKind(group: "", kind: "Secret"): secret,
        GroupKind(group: "", kind: "ServiceAccount"): nameAndAge,
        GroupKind(group: "rbac.authorization.k8s.io", kind: "RoleBinding"): roleBinding,
        GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding"): roleBinding,
        GroupKind(group: "admissionregistration.k8s.io", kind: "MutatingWebhookConfiguration"): webhooks,
        GroupKind(group: "admissionregistration.k8s.io", kind: "ValidatingWebhookConfiguration"): webhooks,
        GroupKind(group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicy"): admissionPolicy,
        GroupKind(group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicyBinding"): policyBinding,
        GroupKind(group: "certificates.k8s.io", kind: "CertificateSigningRequest"): signingRequest,
    ]

    /// Name and age, for kinds that show nothing else.
    static let nameAndAge = TableFormat([.name, .age]) { object, now in [.nameCell(object), .ageCell(object, now)] }

    private static let configMap = TableFormat([
        .name, .text("Data", "How many keys there are."), .age,
    ]) { configMap, now in
        let count = configMap.members(at: "data").count + configMap.members(at: "binaryData").count
        return [.nameCell(configMap), .int(Int64(count)), .ageCell(configMap, now)]
    }

    private static let secret = TableFormat([
        .name, .text("Type", "What the secret is for."), .text("Data", "How many keys there are."), .age,
    ]) { secret, now in
        [
            .nameCell(secret), secret.cell(at: "type", orElse: ""), .int(Int64(secret.members(at: "data").count)),
            .ageCell(secret, now),
        ]
    }

    private static let roleBinding = TableFormat([
        .name, .text("Role", "The role that is given."), .age, .wide("Users", "The users who have the role."),
        .wide("Groups", "The groups that have the role."),
        .wide("ServiceAccounts", "The service accounts that have the role."),
    ]) { binding, now in
        let subjects = binding.items(at: "subjects")
        func names(_ kind: String, _ text: (JSON) -> String) -> JSON {
            .string(subjects.filter { $0["kind"]?.string == kind }.map(text).joined(separator: ", "))
        }
        let role = binding["roleRef"]
        return [
            .nameCell(binding), .string("\(role?["kind"]?.string ?? "")/\(role?["name"]?.string ?? "")"),
            .ageCell(binding, now), names("User") { $0["name"]?.string ?? "" },
            names("Group") { $0["name"]?.string ?? "" },
            names("ServiceAccount") { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" },
        ]
    }

    private static let webhooks = TableFormat([
        .name, .integer("Webhooks", "How many webhooks are called."), .age,
    ]) { configuration, now in
        [
            .nameCell(configuration), .int(Int64(configuration.items(at: "webhooks").count)),
            .ageCell(configuration, now),
        ]
    }

    private static let admissionPolicy = TableFormat([
        .name, .integer("Validations", "How many validations there are."),
        .text("ParamKind", "The kind of the policy's parameters."), .age,
    ]) { policy, now in
        let kind = policy[["spec", "paramKind"]].map {
            "\($0["apiVersion"]?.string ?? "")/\($0["kind"]?.string ?? "")"
        }
        return [
            .nameCell(policy), .int(Int64(policy.items(at: "spec", "validations").count)), .string(kind ?? "<unset>"),
            .ageCell(policy, now),
        ]
    }

    private static let policyBinding = TableFormat([
        .name, .text("PolicyName", "The policy that is bound."), .text("ParamRef", "The policy's parameters."), .age,
    ]) { binding, now in
        let parameters = binding[["spec", "paramRef"]].map {
            "\($0["namespace"]?.string ?? "*")/\($0["name"]?.string ?? "")"
        }
        return [
            .nameCell(binding), binding.cell(at: "spec", "policyName", orElse: ""), .string(parameters ?? "<unset>"),
            .ageCell(binding, now),
        ]
    }

    private static let signingRequest = TableFormat([
        .name, .age, .text("SignerName", "Who is asked to sign."), .text("Requestor", "Who asks."),
        .text("RequestedDuration", "For how long the certificate is to be valid."),
        .text("Condition", "Whether the request was granted."),
    ]) { request, now in
        let duration = request.int(at: "spec", "expirationSeconds").map { HumanDuration.text(seconds: $0) }
        let types = Set(request.items(at: "status", "conditions").compactMap { $0["type"]?.string })
        var condition = types.contains("Denied") ? "Denied" : types.contains("Approved") ? "Approved" : "Pending"
        if types.contains("Failed") { condition += ",Failed" }
        if !(request.string(at: "status", "certificate") ?? "").isEmpty { condition += ",Issued" }
        return [
            .nameCell(request), .ageCell(request, now), request.cell(at: "spec", "signerName"),
            request.cell(at: "spec", "username", orElse: ""), .string(duration ?? "<none>"), .string(condition),
        ]
    }
}
