// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validation of roles, bindings, webhooks and definitions of custom resources.
extension ObjectValidator {
    static func role(_ object: JSON, isNamespaced: Bool, into findings: inout Findings) {
        for (index, rule) in object.items("rules").enumerated() {
            let place = "rules[\(index)]"
            if !rule.has("verbs") { findings.required("\(place).verbs", "verbs must contain at least one value") }
            if rule.has("nonResourceURLs") {
                if isNamespaced {
                    findings.invalid(
                        "\(place).nonResourceURLs",
                        rule["nonResourceURLs"],
                        "namespaced rules cannot apply to non-resource URLs"
                    )
                } else if rule.has("apiGroups") || rule.has("resources") || rule.has("resourceNames") {
                    findings.invalid(
                        "\(place).nonResourceURLs",
                        rule["nonResourceURLs"],
                        "rules cannot apply to both regular resources and non-resource URLs"
                    )
                }
                continue
            }
            if !rule.has("apiGroups") {
                findings.required("\(place).apiGroups", "resource rules must supply at least one api group")
            }
            if !rule.has("resources") {
                findings.required("\(place).resources", "resource rules must supply at least one resource")
            }
        }
    }

    static func roleBinding(_ object: JSON, kind: String, into findings: inout Findings) {
        let group = "rbac.authorization.k8s.io"
        let reference = object["roleRef"] ?? [:]
        findings.choice("roleRef.apiGroup", reference["apiGroup"], [group])
        findings.choice(
            "roleRef.kind",
            reference["kind"],
            kind == "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"]
        )
        if !reference.has("name") { findings.required("roleRef.name") }
        for (index, subject) in object.items("subjects").enumerated() {
            let place = "subjects[\(index)]"
            if !subject.has("name") { findings.required("\(place).name") }
            switch subject.text("kind") {
            case "ServiceAccount":
                // A RoleBinding's own namespace stands in for an absent one.
                if kind != "RoleBinding", !subject.has("namespace") { findings.required("\(place).namespace") }
                if subject.has("apiGroup") {
                    findings.choice("\(place).apiGroup", subject["apiGroup"], [""])
                }
            case "User", "Group": findings.choice("\(place).apiGroup", subject["apiGroup"], [group])
            default: findings.unsupported("\(place).kind", subject["kind"] ?? "", ["ServiceAccount", "User", "Group"])
            }
        }
    }

    static func webhooks(_ object: JSON, into findings: inout Findings) {
        var names: Set<String> = []
        for (index, webhook) in object.items("webhooks").enumerated() {
            let place = "webhooks[\(index)]"
            let name = webhook.text("name")
            if name.isEmpty {
                findings.required("\(place).name")
            } else if name.split(separator: ".", omittingEmptySubsequences: false).count < 3 {
                findings.invalid(
                    "\(place).name",
                    .string(name),
                    "should be a domain with at least three segments separated by dots"
                )
            }
            if !names.insert(name).inserted { findings.duplicate("\(place).name", .string(name)) }
            let effects = ["None", "NoneOnDryRun"]
            if !webhook.has("sideEffects") {
                findings.required("\(place).sideEffects", "must specify one of \(effects.joined(separator: ", "))")
            } else {
                findings.choice("\(place).sideEffects", webhook["sideEffects"], effects)
            }
            let client = webhook["clientConfig"] ?? [:]
            if (client["url"] == nil) == (client["service"] == nil) {
                findings.required("\(place).clientConfig", "exactly one of url or service is required")
            }
            if !webhook.has("admissionReviewVersions") {
                findings.required("\(place).admissionReviewVersions", "must specify one of v1, v1beta1")
            }
        }
    }

    static func customResourceDefinition(_ object: JSON, into findings: inout Findings) {
        let spec = object["spec"] ?? [:]
        let names = spec["names"] ?? [:]
        let wanted = "\(names.text("plural")).\(spec.text("group"))"
        let name = object.text("metadata", "name")
        if name != wanted {
            findings.invalid("metadata.name", .string(name), "must be spec.names.plural+\".\"+spec.group")
        }
        if !spec.has("group") {
            findings.required("spec.group")
        } else {
            findings.problems("spec.group", spec.text("group"), NameRule.subdomainProblems(spec.text("group")))
        }
        findings.choice("spec.scope", spec["scope"], ["Cluster", "Namespaced"], required: "")
        let versions = spec.items("versions")
        for (index, version) in versions.enumerated() {
            let place = "spec.versions[\(index)]"
            findings.problems("\(place).name", version.text("name"), NameRule.labelProblems(version.text("name")))
            guard let schema = version["schema"]?["openAPIV3Schema"] else {
                findings.required("\(place).schema.openAPIV3Schema")
                continue
            }
            let root = versions.count == 1 ? "spec.validation.openAPIV3Schema" : "\(place).schema.openAPIV3Schema"
            DefinitionRules.check(schema, at: root, into: &findings)
        }
        if versions.filter({ $0["storage"]?.bool == true }).count != 1 {
            findings.invalid(
                "spec.versions",
                spec["versions"],
                "must have exactly one version marked as storage version"
            )
        }
        for key in ["plural", "kind"] where !names.has(key) { findings.required("spec.names.\(key)") }
    }
}
