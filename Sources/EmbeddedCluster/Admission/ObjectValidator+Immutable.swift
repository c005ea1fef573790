// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Fields that an update may not change.
extension ObjectValidator {
    static func immutableFields(old: JSON, new: JSON, gvk: GroupVersionKind, into findings: inout Findings) {
        switch gvk.groupKind.description {
        case "Deployment.apps", "DaemonSet.apps", "ReplicaSet.apps":
            findings.immutable("spec.selector", old["spec"]?["selector"], new["spec"]?["selector"])
        case "StatefulSet.apps": statefulSet(old: old, new: new, into: &findings)
        case "Job.batch": job(old: old["spec"] ?? [:], new: new["spec"] ?? [:], into: &findings)
        case "Service": service(old: old["spec"] ?? [:], new: new["spec"] ?? [:], into: &findings)
        case "RoleBinding.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io":
            guard old["roleRef"] != new["roleRef"], let role = new["roleRef"] else { return }
            // The server prints its internal type here, whose fields are spelt in capitals.
            let printed: JSON = [
                "APIGroup": role["apiGroup"] ?? "", "Kind": role["kind"] ?? "", "Name": role["name"] ?? "",
            ]
            findings.invalid("roleRef", printed, "cannot change roleRef")
        case "PersistentVolumeClaim": claim(old: old, new: new, into: &findings)
        case "PersistentVolume":
            var (before, after) = (old["spec"] ?? [:], new["spec"] ?? [:])
            for source in persistentSources where before[source] != after[source] {
                findings.forbidden(
                    "spec.persistentvolumesource",
                    "spec.persistentvolumesource is immutable after creation"
                )
                before[source] = after[source]
                break
            }
            findings.immutable("spec.volumeMode", before["volumeMode"], after["volumeMode"])
        case "Secret", "ConfigMap": frozen(old: old, new: new, into: &findings)
        case "StorageClass.storage.k8s.io":
            for field in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
                findings.immutable(field, old[field], new[field])
            }
        case "PriorityClass.scheduling.k8s.io":
            if old["value"] != new["value"] { findings.forbidden("value", "may not be changed in an update.") }
            findings.immutable("preemptionPolicy", old["preemptionPolicy"], new["preemptionPolicy"])
        case "Pod": pod(old: old, new: new, into: &findings)
        case "CustomResourceDefinition.apiextensions.k8s.io":
            for path in [["scope"], ["names", "kind"], ["names", "plural"], ["group"]] {
                let field = "spec.\(path.joined(separator: "."))"
                findings.immutable(field, old["spec"]?[path], new["spec"]?[path])
            }
        case "EndpointSlice.discovery.k8s.io":
            findings.immutable("addressType", old["addressType"], new["addressType"])
        default: break
        }
    }

    private static func statefulSet(old: JSON, new: JSON, into findings: inout Findings) {
        let changeable = [
            "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
        ]
        var (before, after) = (old["spec"] ?? [:], new["spec"] ?? [:])
        for field in changeable {
            before[field] = nil
            after[field] = nil
        }
        guard before != after else { return }
        findings.forbidden(
            "spec",
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
        )
    }

    private static func job(old: JSON, new: JSON, into findings: inout Findings) {
        if new.text("completionMode") != "Indexed" || new["completions"] != new["parallelism"] {
            findings.immutable("spec.completions", old["completions"], new["completions"])
        }
        findings.immutable("spec.selector", old["selector"], new["selector"])
        template(old: old, new: new, into: &findings)
        findings.immutable("spec.completionMode", old["completionMode"], new["completionMode"])
        findings.immutable("spec.podFailurePolicy", old["podFailurePolicy"], new["podFailurePolicy"])
        findings.immutable("spec.backoffLimitPerIndex", old["backoffLimitPerIndex"], new["backoffLimitPerIndex"])
        findings.immutable("spec.managedBy", old["managedBy"], new["managedBy"])
    }

    /// Where a suspended job's pods run and what they ask for is free to change.
    private static func template(old: JSON, new: JSON, into findings: inout Findings) {
        var (before, after) = (old["template"] ?? [:], new["template"] ?? [:])
        guard old["suspend"]?.bool == true else { return findings.immutable("spec.template", before, after) }
        func strip(_ template: inout JSON) {
            template["metadata"] = nil
            for path in [["nodeSelector"], ["tolerations"], ["schedulingGates"], ["affinity", "nodeAffinity"]] {
                template[["spec"] + path] = nil
            }
            template.edit("spec") { spec in spec.editItems("containers") { $0["resources"] = nil } }
        }
        strip(&before)
        strip(&after)
        findings.immutable("spec.template.spec", before["spec"], after["spec"])
    }

    private static func service(old: JSON, new: JSON, into findings: inout Findings) {
        guard old.text("type") != "ExternalName", new.text("type") != "ExternalName" else { return }
        let (before, after) = (old.text("clusterIP"), new.text("clusterIP"))
        if !before.isEmpty, before != after {
            findings.invalid("spec.clusterIPs[0]", [.string(after)], "may not change once set")
        }
        if old.text("type") == "LoadBalancer", new.text("type") == "LoadBalancer",
            old["loadBalancerClass"] != new["loadBalancerClass"]
        {
            findings.invalid("spec.loadBalancerClass", new["loadBalancerClass"], "may not change once set")
        }
    }

    private static func claim(old: JSON, new: JSON, into findings: inout Findings) {
        var (before, after) = (old["spec"] ?? [:], new["spec"] ?? [:])
        let isBound = old.text("status", "phase") == "Bound"
        // The volume's name is filled in once by the binder.
        if before.text("volumeName").isEmpty { before["volumeName"] = after["volumeName"] }
        let wanted = Findings.quantity(after["resources"]?["requests"]?["storage"])
        let granted = Findings.quantity(before["resources"]?["requests"]?["storage"])
        if isBound {
            before[["resources", "requests"]] = after["resources"]?["requests"]
            before["volumeAttributesClassName"] = after["volumeAttributesClassName"]
        }
        guard before == after else {
            return findings.forbidden(
                "spec",
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
            )
        }
        if let wanted, let granted, wanted < granted {
            findings.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")
        }
    }

    /// Secrets and ConfigMaps with `immutable: true`.
    private static func frozen(old: JSON, new: JSON, into findings: inout Findings) {
        if old["kind"] == "Secret" { findings.immutable("type", old["type"], new["type"]) }
        guard old["immutable"]?.bool == true else { return }
        let problem = "field is immutable when `immutable` is set"
        if new["immutable"]?.bool != true { findings.forbidden("immutable", problem) }
        for field in ["data", "binaryData"] where old[field] != new[field] { findings.forbidden(field, problem) }
    }

    private static func pod(old: JSON, new: JSON, into findings: inout Findings) {
        var (before, after) = (old["spec"] ?? [:], new["spec"] ?? [:])
        for list in ["containers", "initContainers"] {
            let images = after.items(list).map { $0["image"] }
            guard images.count == before.items(list).count else { continue }
            var index = 0
            before.editItems(list) {
                $0["image"] = images[index]
                index += 1
            }
        }
        let added = after.items("tolerations")
        if before.items("tolerations").allSatisfy(added.contains) { before["tolerations"] = after["tolerations"] }
        for field in ["activeDeadlineSeconds", "schedulingGates"] { before[field] = after[field] }
        // The scheduler's binding sets the node once.
        if before.text("nodeName").isEmpty { before["nodeName"] = after["nodeName"] }
        guard before != after else { return }
        findings.forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
        )
    }
}
