// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Defaults of what makes pods.
extension Defaulter {
    static func workload(_ object: inout JSON, kind: String) {
        switch kind {
        case "Job":
            if let labels = object["spec"]?["template"]?["metadata"]?["labels"] {
                object["metadata"]?.fill("labels", labels)
            }
        case "DaemonSet":
            object["metadata"]?.fill("annotations", [:])
            object["metadata"]?["annotations"]?.fill("deprecated.daemonset.template.generation", "1")
        default: break
        }
        object.edit("spec") { spec in
            switch kind {
            case "Deployment": deployment(&spec)
            case "ReplicaSet": spec.fill("replicas", 1)
            case "StatefulSet": statefulSet(&spec)
            case "DaemonSet": daemonSet(&spec)
            case "Job": job(&spec)
            case "CronJob":
                spec.fill("concurrencyPolicy", "Allow")
                spec.fill("suspend", false)
                spec.fill("successfulJobsHistoryLimit", 3)
                spec.fill("failedJobsHistoryLimit", 1)
                spec.edit("jobTemplate") { template in template.edit("spec", podTemplate) }
            default: break
            }
            podTemplate(&spec)
        }
    }

    private static func podTemplate(_ spec: inout JSON) {
        spec.edit("template") { template in template.edit("spec") { podSpec(&$0) } }
    }

    private static func deployment(_ spec: inout JSON) {
        spec.fill("replicas", 1)
        spec.fill("revisionHistoryLimit", 10)
        spec.fill("progressDeadlineSeconds", 600)
        spec.edit("strategy") { strategy in
            strategy.fill("type", "RollingUpdate")
            guard strategy.text("type") == "RollingUpdate" else { return }
            strategy.fill("rollingUpdate", [:])
            strategy.edit("rollingUpdate") {
                $0.fill("maxUnavailable", "25%")
                $0.fill("maxSurge", "25%")
            }
        }
    }

    private static func statefulSet(_ spec: inout JSON) {
        spec.fill("replicas", 1)
        spec.fill("revisionHistoryLimit", 10)
        spec.fill("podManagementPolicy", "OrderedReady")
        spec.fill("persistentVolumeClaimRetentionPolicy", [:])
        spec.edit("persistentVolumeClaimRetentionPolicy") {
            $0.fill("whenDeleted", "Retain")
            $0.fill("whenScaled", "Retain")
        }
        spec.edit("updateStrategy") { strategy in
            strategy.fill("type", "RollingUpdate")
            guard strategy.text("type") == "RollingUpdate" else { return }
            strategy.fill("rollingUpdate", [:])
            strategy.edit("rollingUpdate") { $0.fill("partition", 0) }
        }
        spec.editItems("volumeClaimTemplates") { claim in
            claim.fill("apiVersion", "v1")
            claim.fill("kind", "PersistentVolumeClaim")
            persistentVolumeClaim(&claim)
        }
    }

    private static func daemonSet(_ spec: inout JSON) {
        spec.fill("revisionHistoryLimit", 10)
        spec.edit("updateStrategy") { strategy in
            strategy.fill("type", "RollingUpdate")
            guard strategy.text("type") == "RollingUpdate" else { return }
            strategy.fill("rollingUpdate", [:])
            strategy.edit("rollingUpdate") {
                $0.fill("maxUnavailable", 1)
                $0.fill("maxSurge", 0)
            }
        }
    }

    private static func job(_ spec: inout JSON) {
        if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
        spec.fill("parallelism", 1)
        spec.fill("backoffLimit", spec["backoffLimitPerIndex"] == nil ? 6 : .int(Int64(Int32.max)))
        spec.fill("completionMode", "NonIndexed")
        spec.fill("suspend", false)
        spec.fill("manualSelector", false)
        spec.fill("podReplacementPolicy", spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed")
        spec.edit("podFailurePolicy") { policy in
            policy.editItems("rules") { rule in
                rule.editItems("onPodConditions") { if !$0.has("status") { $0["status"] = "True" } }
            }
        }
    }

    static func replicationController(_ object: inout JSON) {
        if let labels = object["spec"]?["template"]?["metadata"]?["labels"] {
            object["spec"]?.fill("selector", labels)
            object["metadata"]?.fill("labels", labels)
        }
        object.edit("spec") {
            $0.fill("replicas", 1)
            podTemplate(&$0)
        }
    }

    static func autoscaler(_ object: inout JSON, gvk: GroupVersionKind) {
        guard gvk.kind == "HorizontalPodAutoscaler" else { return }
        object.edit("spec") { spec in
            spec.fill("minReplicas", 1)
            guard gvk.version != "v1" else { return spec.fill("targetCPUUtilizationPercentage", 80) }
            spec.fill(
                "metrics",
                [
                    [
                        "type": "Resource",
                        "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                    ]
                ]
            )
            spec.edit("behavior", scalingBehavior)
        }
    }

    private static func scalingBehavior(_ behavior: inout JSON) {
        let percent: JSON = ["type": "Percent", "value": 100, "periodSeconds": 15]
        let pods: JSON = ["type": "Pods", "value": 4, "periodSeconds": 15]
        for key in ["scaleUp", "scaleDown"] {
            behavior.fill(key, [:])
            behavior.edit(key) { rules in
                if key == "scaleUp" { rules.fill("stabilizationWindowSeconds", 0) }
                rules.fill("selectPolicy", "Max")
                rules.fill("policies", key == "scaleUp" ? [pods, percent] : [percent])
            }
        }
    }
}
