// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// Validation of what makes pods.
extension ObjectValidator {
    static func workload(_ object: JSON, kind: String, into findings: inout Findings) {
        let spec = object["spec"] ?? [:]
        switch kind {
        case "Deployment":
            replicaNumbers(spec, ["replicas"], into: &findings)
            selectorAndTemplate(spec, kind: kind, into: &findings)
            deployment(spec, into: &findings)
        case "StatefulSet":
            statefulSet(spec, into: &findings)
            replicaNumbers(spec, ["replicas"], into: &findings)
            selectorAndTemplate(spec, kind: kind, into: &findings)
        case "DaemonSet":
            selectorAndTemplate(spec, kind: kind, into: &findings)
            replicaNumbers(spec, ["minReadySeconds"], into: &findings)
            updateType(spec, ["RollingUpdate", "OnDelete"], into: &findings)
            replicaNumbers(spec, ["revisionHistoryLimit"], into: &findings)
        case "Job": job(spec, at: "spec", into: &findings)
        case "CronJob": cronJob(spec, into: &findings)
        case "ReplicationController":
            replicaNumbers(spec, ["minReadySeconds", "replicas"], into: &findings)
            podTemplate(spec["template"] ?? [:], at: "spec.template", into: &findings)
        default:
            replicaNumbers(spec, ["replicas", "minReadySeconds"], into: &findings)
            selectorAndTemplate(spec, kind: kind, into: &findings)
        }
    }

    private static func replicaNumbers(_ spec: JSON, _ keys: [String], into findings: inout Findings) {
        for key in keys { findings.notNegative("spec.\(key)", spec[key]) }
    }

    private static func updateType(_ spec: JSON, _ types: [String], into findings: inout Findings) {
        let strategy = spec["updateStrategy"] ?? [:]
        if !types.contains(strategy.text("type")) {
            let printed: JSON = ["Type": strategy["type"] ?? "", "RollingUpdate": strategy["rollingUpdate"] ?? .null]
            findings.unsupported("spec.updateStrategy", printed, types)
        }
    }

    /// The selector must be there, select something and match the template's labels.
    private static func selectorAndTemplate(_ spec: JSON, kind: String, into findings: inout Findings) {
        let template = spec["template"] ?? [:]
        let labels = template["metadata"]?["labels"]
        var selector: PodSelector?
        if let given = spec["selector"] {
            let before = findings.errors.count
            findings.selector("spec.selector", given)
            if given.object?.isEmpty == true {
                let name = kind == "StatefulSet" ? "statefulset" : kind.lowercased()
                findings.invalid("spec.selector", given, "empty selector is invalid for \(name)")
            } else if findings.errors.count > before {
                findings.invalid("spec.selector", given, "invalid label selector")
            } else {
                selector = PodSelector(given)
            }
        } else {
            findings.required("spec.selector")
            selector = PodSelector(nil)
        }
        if let selector, !selector.matches(labels?.object ?? JSONObject()) {
            findings.invalid(
                "spec.template.metadata.labels",
                labels ?? .null,
                "`selector` does not match template `labels`"
            )
        }
        let claims = spec.items("volumeClaimTemplates").compactMap { $0["metadata"]?.text("name") }
        podTemplate(template, at: "spec.template", claims: claims, into: &findings)
        let policy = template["spec"]?.text("restartPolicy") ?? ""
        if policy != "Always", !(template["spec"]?.items("containers").isEmpty ?? true) {
            findings.unsupported("spec.template.spec.restartPolicy", .string(policy), ["Always"])
        }
        if template["spec"]?["activeDeadlineSeconds"] != nil {
            findings.forbidden(
                "spec.template.spec.activeDeadlineSeconds",
                "activeDeadlineSeconds in ReplicaSet is not Supported"
            )
        }
    }

    /// Judges a template; `claims` names volumes that each pod gets beside those of the template.
    static func podTemplate(_ template: JSON, at path: String, claims: [String] = [], into findings: inout Findings) {
        // The server leaves `metadata` out of these paths.
        findings.labels("\(path).labels", template["metadata"]?["labels"])
        podSpec(template["spec"] ?? [:], at: "\(path).spec", claims: claims, into: &findings)
    }

    private static func deployment(_ spec: JSON, into findings: inout Findings) {
        let strategy = spec["strategy"] ?? [:]
        switch strategy.text("type") {
        case "Recreate":
            if strategy["rollingUpdate"] != nil {
                findings.forbidden(
                    "spec.strategy.rollingUpdate",
                    "may not be specified when strategy `type` is 'Recreate'"
                )
            }
        case "RollingUpdate": rollingUpdate(strategy["rollingUpdate"] ?? [:], into: &findings)
        default:
            let printed: JSON = ["Type": strategy["type"] ?? "", "RollingUpdate": strategy["rollingUpdate"] ?? .null]
            findings.unsupported("spec.strategy", printed, ["Recreate", "RollingUpdate"])
        }
        replicaNumbers(spec, ["minReadySeconds", "revisionHistoryLimit"], into: &findings)
        guard let deadline = spec["progressDeadlineSeconds"]?.int else { return }
        findings.notNegative("spec.progressDeadlineSeconds", .int(deadline))
        if deadline <= spec["minReadySeconds"]?.int ?? 0 {
            findings.invalid("spec.progressDeadlineSeconds", .int(deadline), "must be greater than minReadySeconds")
        }
    }

    private static func rollingUpdate(_ update: JSON, into findings: inout Findings) {
        let path = "spec.strategy.rollingUpdate"
        func isZero(_ value: JSON?) -> Bool { value == 0 || value == "0%" }
        findings.intOrPercent("\(path).maxUnavailable", update["maxUnavailable"])
        findings.intOrPercent("\(path).maxSurge", update["maxSurge"])
        if isZero(update["maxUnavailable"]), isZero(update["maxSurge"]) {
            findings.invalid("\(path).maxUnavailable", update["maxUnavailable"], "may not be 0 when `maxSurge` is 0")
        }
        if let text = update["maxUnavailable"]?.string, let percent = Int(text.dropLast()), percent > 100 {
            findings.invalid("\(path).maxUnavailable", .string(text), "must not be greater than 100%")
        }
    }

    private static func statefulSet(_ spec: JSON, into findings: inout Findings) {
        let policy = spec["podManagementPolicy"]
        if !["OrderedReady", "Parallel"].contains(policy?.string) {
            findings.invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'")
        }
        let strategy = spec["updateStrategy"] ?? [:]
        if !["RollingUpdate", "OnDelete"].contains(strategy.text("type")) {
            let printed: JSON = ["Type": strategy["type"] ?? "", "RollingUpdate": strategy["rollingUpdate"] ?? .null]
            findings.invalid("spec.updateStrategy", printed, "must be 'RollingUpdate' or 'OnDelete'")
        }
    }

    private static func job(_ spec: JSON, at path: String, into findings: inout Findings) {
        for key in ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"] {
            findings.notNegative("\(path).\(key)", spec[key])
        }
        switch spec.text("completionMode") {
        case "", "NonIndexed": break
        case "Indexed":
            if spec["completions"] == nil {
                findings.required("\(path).completions", "when completion mode is Indexed")
            }
        default: findings.unsupported("\(path).completionMode", spec["completionMode"], ["Indexed", "NonIndexed"])
        }
        if let given = spec["selector"] {
            findings.selector("\(path).selector", given)
            let labels = spec["template"]?["metadata"]?["labels"]
            if !PodSelector(given).matches(labels?.object ?? JSONObject()) {
                findings.invalid(
                    "\(path).template.metadata.labels",
                    labels ?? .null,
                    "`selector` does not match template `labels`"
                )
            }
        }
        podTemplate(spec["template"] ?? [:], at: "\(path).template", into: &findings)
        let policy = spec["template"]?["spec"]?.text("restartPolicy") ?? ""
        if policy == "Always" {
            findings.required("\(path).template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"")
        }
    }

    private static func cronJob(_ spec: JSON, into findings: inout Findings) {
        let schedule = spec.text("schedule")
        let fields = schedule.split(whereSeparator: { $0 == " " || $0 == "\t" })
        if schedule.isEmpty {
            findings.required("spec.schedule")
        } else if !schedule.hasPrefix("@"), fields.count != 5 {
            let list = fields.joined(separator: " ")
            findings.invalid(
                "spec.schedule",
                .string(schedule),
                "expected exactly 5 fields, found \(fields.count): [\(list)]"
            )
        }
        findings.notNegative("spec.startingDeadlineSeconds", spec["startingDeadlineSeconds"])
        findings.choice(
            "spec.concurrencyPolicy",
            spec["concurrencyPolicy"],
            ["Allow", "Forbid", "Replace"],
            required: ""
        )
        job(spec["jobTemplate"]?["spec"] ?? [:], at: "spec.jobTemplate.spec", into: &findings)
        for key in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
            findings.notNegative("spec.\(key)", spec[key])
        }
    }
}
