// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Validates whole objects with the texts of the real server. Metadata is not looked at.
package enum ObjectValidator {
    /// Findings on a new object (decoded and defaulted), in the server's order; empty when it is valid.
    package static func validateCreate(_ object: JSON, schema: KindSchema) -> [FieldError] {
        var findings = Findings()
        if let structural = schema.structural {
            StructuralValidator.check(object, schema: structural.json, into: &findings)
            return findings.errors
        }
        switch schema.gvk.groupKind.description {
        case "Pod": podSpec(object["spec"] ?? [:], at: "spec", into: &findings)
        case "Deployment.apps", "ReplicaSet.apps", "StatefulSet.apps", "DaemonSet.apps", "Job.batch", "CronJob.batch",
            "ReplicationController":
            workload(object, kind: schema.gvk.kind, into: &findings)
        case "Service": service(object["spec"] ?? [:], into: &findings)
        case "Secret": secret(object, into: &findings)
        case "ConfigMap": configMap(object, into: &findings)
        case "PersistentVolumeClaim": claim(object["spec"] ?? [:], at: "spec", into: &findings)
        case "PersistentVolume": persistentVolume(object["spec"] ?? [:], into: &findings)
        case "LimitRange": limitRange(object, into: &findings)
        case "ResourceQuota": resourceQuota(object, into: &findings)
        case "Ingress.networking.k8s.io": ingress(object["spec"] ?? [:], into: &findings)
        case "NetworkPolicy.networking.k8s.io": networkPolicy(object["spec"] ?? [:], into: &findings)
        case "HorizontalPodAutoscaler.autoscaling": autoscaler(object["spec"] ?? [:], into: &findings)
        case "PodDisruptionBudget.policy": disruptionBudget(object["spec"] ?? [:], into: &findings)
        default: clusterKind(object, gvk: schema.gvk, into: &findings)
        }
        return findings.errors
    }

    /// Findings on the change from `old` to `new` (both decoded and defaulted): immutable fields, then the new object.
    package static func validateUpdate(
        old: JSON,
        new: JSON,
        schema: KindSchema,
        subresource: String = ""
    ) -> [FieldError] {
        guard subresource.isEmpty || schema.isCustom else { return [] }
        var findings = Findings()
        immutableFields(old: old, new: new, gvk: schema.gvk, into: &findings)
        let general = validateCreate(new, schema: schema)
        // The real server checks workloads first and their immutable fields after that.
        return isCheckedFirst(schema.gvk) ? general + findings.errors : findings.errors + general
    }

    private static func isCheckedFirst(_ gvk: GroupVersionKind) -> Bool {
        ["apps", "batch"].contains(gvk.group) && gvk.kind != "StatefulSet" || gvk.kind.hasSuffix("RoleBinding")
    }

    /// Validates kinds that configure the cluster.
    private static func clusterKind(_ object: JSON, gvk: GroupVersionKind, into findings: inout Findings) {
        switch (gvk.group, gvk.kind) {
        case ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole"):
            role(object, isNamespaced: gvk.kind == "Role", into: &findings)
        case ("rbac.authorization.k8s.io", _): roleBinding(object, kind: gvk.kind, into: &findings)
        case ("storage.k8s.io", "StorageClass"):
            if !object.has("provisioner") { findings.required("provisioner") }
            findings.choice("reclaimPolicy", object["reclaimPolicy"], ["Delete", "Retain"])
            findings.choice("volumeBindingMode", object["volumeBindingMode"], ["Immediate", "WaitForFirstConsumer"])
        case ("coordination.k8s.io", "Lease"): lease(object["spec"] ?? [:], into: &findings)
        case ("apiextensions.k8s.io", _): customResourceDefinition(object, into: &findings)
        case ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
            ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"):
            webhooks(object, into: &findings)
        case ("discovery.k8s.io", "EndpointSlice"):
            findings.choice("addressType", object["addressType"], ["FQDN", "IPv4", "IPv6"], required: "")
        default: break
        }
    }

    private static func lease(_ spec: JSON, into findings: inout Findings) {
        if let seconds = spec["leaseDurationSeconds"]?.int, seconds <= 0 {
            findings.invalid("spec.leaseDurationSeconds", .int(seconds), "must be greater than 0")
        }
        findings.notNegative("spec.leaseTransitions", spec["leaseTransitions"])
    }
}
