// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validation of pod specs.
extension ObjectValidator {
    /// Judges a spec; `claims` names volumes that the pod gets beside those of the spec.
    static func podSpec(_ spec: JSON, at path: String, claims: [String] = [], into findings: inout Findings) {
        let volumes = VolumeRules.check(spec.items("volumes"), at: "\(path).volumes", into: &findings)
        let rules = ContainerRules(volumes: volumes.union(claims))
        let containers = spec.items("containers")
        if containers.isEmpty { findings.required("\(path).containers") }
        rules.check(containers, at: "\(path).containers", usedNames: [], isInit: false, into: &findings)
        rules.check(
            spec.items("initContainers"),
            at: "\(path).initContainers",
            usedNames: containers.map { $0.text("name") },
            isInit: true,
            into: &findings
        )
        findings.choice("\(path).restartPolicy", spec["restartPolicy"], ["Always", "OnFailure", "Never"])
        findings.choice(
            "\(path).dnsPolicy",
            spec["dnsPolicy"],
            ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
        )
        findings.labels("\(path).nodeSelector", spec["nodeSelector"])
        let account = spec.text("serviceAccountName")
        if !account.isEmpty {
            findings.problems("\(path).serviceAccountName", account, NameRule.subdomainProblems(account))
        }
        for key in ["hostname", "subdomain"] where spec.has(key) {
            findings.problems("\(path).\(key)", spec.text(key), NameRule.labelProblems(spec.text(key)))
        }
        affinity(spec["affinity"] ?? [:], at: "\(path).affinity", into: &findings)
        for (index, toleration) in spec.items("tolerations").enumerated() {
            check(toleration: toleration, at: "\(path).tolerations[\(index)]", into: &findings)
        }
        for (index, constraint) in spec.items("topologySpreadConstraints").enumerated() {
            check(spread: constraint, at: "\(path).topologySpreadConstraints[\(index)]", into: &findings)
        }
        hostPorts(containers, at: "\(path).containers", into: &findings)
        let deadline = spec["activeDeadlineSeconds"]?.int ?? 1
        if deadline < 1 {
            findings.invalid(
                "\(path).activeDeadlineSeconds",
                .int(deadline),
                "must be between 1 and 2147483647, inclusive"
            )
        }
    }

    private static func hostPorts(_ containers: [JSON], at path: String, into findings: inout Findings) {
        var used: Set<String> = []
        for (index, container) in containers.enumerated() {
            for (place, port) in container.items("ports").enumerated() {
                guard let number = port["hostPort"]?.int, number != 0 else { continue }
                let name = "\(port.text("protocol"))/\(port.text("hostIP"))/\(number)"
                if !used.insert(name).inserted {
                    findings.duplicate("\(path)[\(index)].ports[\(place)].hostPort", .string(name))
                }
            }
        }
    }

    private static func affinity(_ affinity: JSON, at path: String, into findings: inout Findings) {
        let required = "requiredDuringSchedulingIgnoredDuringExecution"
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
        for kind in ["podAffinity", "podAntiAffinity"] {
            guard let group = affinity[kind] else { continue }
            for (index, term) in group.items(required).enumerated() {
                check(affinityTerm: term, at: "\(path).\(kind).\(required)[\(index)]", into: &findings)
            }
            for (index, weighted) in group.items(preferred).enumerated() {
                let place = "\(path).\(kind).\(preferred)[\(index)]"
                let weight = weighted["weight"]?.int ?? 0
                if !(1...100).contains(weight) {
                    findings.invalid("\(place).weight", .int(weight), "must be in the range 1-100")
                }
                check(affinityTerm: weighted["podAffinityTerm"] ?? [:], at: "\(place).podAffinityTerm", into: &findings)
            }
        }
        guard let selector = affinity["nodeAffinity"]?[required], !selector.has("nodeSelectorTerms") else { return }
        findings.required(
            "\(path).nodeAffinity.\(required).nodeSelectorTerms",
            "must have at least one node selector term"
        )
    }

    private static func check(affinityTerm term: JSON, at path: String, into findings: inout Findings) {
        findings.selector("\(path).labelSelector", term["labelSelector"])
        let key = term.text("topologyKey")
        if key.isEmpty { findings.required("\(path).topologyKey", "can not be empty") }
        findings.problems("\(path).topologyKey", key, NameRule.qualifiedNameProblems(key, subject: "label key"))
    }

    private static func check(toleration: JSON, at path: String, into findings: inout Findings) {
        let key = toleration.text("key")
        let operation = toleration.text("operator")
        if !key.isEmpty {
            findings.problems("\(path).key", key, NameRule.qualifiedNameProblems(key, subject: "label key"))
        } else if operation != "Exists" {
            findings.invalid(
                "\(path).operator",
                .string(operation),
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
            )
        }
        if toleration["tolerationSeconds"] != nil, toleration.text("effect") != "NoExecute" {
            findings.invalid(
                "\(path).effect",
                .string(toleration.text("effect")),
                "effect must be 'NoExecute' when `tolerationSeconds` is set"
            )
        }
        switch operation {
        case "", "Equal":
            let value = toleration.text("value")
            findings.problems("\(path).operator", value, NameRule.labelValueProblems(value))
        case "Exists":
            if toleration.has("value") {
                findings.invalid(
                    "\(path).operator",
                    toleration["value"],
                    "value must be empty when `operator` is 'Exists'"
                )
            }
        default: findings.unsupported("\(path).operator", .string(operation), ["Equal", "Exists"])
        }
        if toleration.has("effect") {
            findings.choice("\(path).effect", toleration["effect"], ["NoSchedule", "PreferNoSchedule", "NoExecute"])
        }
    }

    private static func check(spread: JSON, at path: String, into findings: inout Findings) {
        let skew = spread["maxSkew"]?.int ?? 0
        if skew <= 0 { findings.invalid("\(path).maxSkew", .int(skew), "must be greater than zero") }
        if !spread.has("topologyKey") { findings.required("\(path).topologyKey", "can not be empty") }
        findings.choice(
            "\(path).whenUnsatisfiable",
            spread["whenUnsatisfiable"],
            ["DoNotSchedule", "ScheduleAnyway"]
        )
        findings.selector("\(path).labelSelector", spread["labelSelector"])
    }
}
