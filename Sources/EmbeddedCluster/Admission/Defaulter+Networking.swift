// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Defaults of services, policies, volumes and what configures the cluster.
extension Defaulter {
    static func service(_ spec: inout JSON) {
        spec.fill("type", "ClusterIP")
        spec.fill("sessionAffinity", "None")
        if spec.text("sessionAffinity") == "ClientIP" {
            spec.fill("sessionAffinityConfig", [:])
            spec["sessionAffinityConfig"]?.fill("clientIP", [:])
            spec["sessionAffinityConfig"]?["clientIP"]?.fill("timeoutSeconds", 10_800)
        }
        spec.editItems("ports") { port in
            port.fill("protocol", "TCP")
            if port["targetPort"] == 0 || port["targetPort"] == "" { port["targetPort"] = port["port"] }
        }
        let type = spec.text("type")
        if ["NodePort", "LoadBalancer"].contains(type) || (type == "ClusterIP" && spec.has("externalIPs")) {
            spec.fill("externalTrafficPolicy", "Cluster")
        }
        if type != "ExternalName" { spec.fill("internalTrafficPolicy", "Cluster") }
        if type == "LoadBalancer" { spec.fill("allocateLoadBalancerNodePorts", true) }
    }

    static func networking(_ object: inout JSON, kind: String) {
        switch kind {
        case "NetworkPolicy": object.edit("spec", networkPolicy)
        case "IngressClass": object.edit("spec") { $0.edit("parameters") { $0.fill("scope", "Cluster") } }
        case "EndpointSlice":
            object.editItems("ports") {
                $0.fill("name", "")
                $0.fill("protocol", "TCP")
            }
        default: break
        }
    }

    private static func networkPolicy(_ spec: inout JSON) {
        for key in ["ingress", "egress"] {
            spec.editItems(key) { rule in rule.editItems("ports") { $0.fill("protocol", "TCP") } }
        }
        spec.fill("policyTypes", spec["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"])
    }

    static func persistentVolume(_ object: inout JSON) {
        object.edit("status") { $0.fill("phase", "Pending") }
        object.edit("spec") {
            $0.fill("persistentVolumeReclaimPolicy", "Retain")
            $0.fill("volumeMode", "Filesystem")
            volumeSource(&$0)
        }
    }

    static func persistentVolumeClaim(_ object: inout JSON) {
        object.edit("status") { $0.fill("phase", "Pending") }
        object.edit("spec") { spec in
            spec.fill("volumeMode", "Filesystem")
            // A data source of this API group is the same as its newer form; either fills in the other.
            if let source = spec["dataSourceRef"], source["namespace"] == nil { spec.fill("dataSource", source) }
            if let source = spec["dataSource"] { spec.fill("dataSourceRef", source) }
        }
    }

    static func clusterConfiguration(_ object: inout JSON, gvk: GroupVersionKind) {
        switch (gvk.group, gvk.kind) {
        case ("storage.k8s.io", "StorageClass"):
            object.fill("reclaimPolicy", "Delete")
            object.fill("volumeBindingMode", "Immediate")
        case ("storage.k8s.io", "CSIDriver"): object.edit("spec", csiDriver)
        case ("scheduling.k8s.io", "PriorityClass"): object.fill("preemptionPolicy", "PreemptLowerPriority")
        case ("apiextensions.k8s.io", _): object.edit("spec", customResourceDefinition)
        case ("apiregistration.k8s.io", _): object.edit("spec") { $0.edit("service") { $0.fill("port", 443) } }
        case ("admissionregistration.k8s.io", _): admission(&object, kind: gvk.kind)
        case ("flowcontrol.apiserver.k8s.io", "FlowSchema"):
            object.edit("spec") { if $0["matchingPrecedence"] == 0 { $0["matchingPrecedence"] = 1000 } }
        default: break
        }
    }

    private static func csiDriver(_ spec: inout JSON) {
        spec.fill("attachRequired", true)
        for key in ["podInfoOnMount", "requiresRepublish", "seLinuxMount", "storageCapacity"] { spec.fill(key, false) }
        spec.fill("fsGroupPolicy", "ReadWriteOnceWithFSType")
        spec.fill("volumeLifecycleModes", ["Persistent"])
    }

    private static func customResourceDefinition(_ spec: inout JSON) {
        let kind = spec.text("names", "kind")
        spec.edit("names") {
            $0.fill("singular", .string(kind.lowercased()))
            if !kind.isEmpty { $0.fill("listKind", .string("\(kind)List")) }
        }
        spec.fill("conversion", ["strategy": "None"])
        spec.edit("conversion") { conversion in
            conversion.edit("webhook") { webhook in
                webhook.edit("clientConfig") { $0.edit("service") { $0.fill("port", 443) } }
            }
        }
    }

    private static func admission(_ object: inout JSON, kind: String) {
        object.editItems("webhooks") { webhook in
            webhook.fill("failurePolicy", "Fail")
            webhook.fill("timeoutSeconds", 10)
            matching(&webhook)
            if kind == "MutatingWebhookConfiguration" { webhook.fill("reinvocationPolicy", "Never") }
            webhook.editItems("rules") { $0.fill("scope", "*") }
            webhook.edit("clientConfig") { $0.edit("service") { $0.fill("port", 443) } }
        }
        object.edit("spec") { spec in
            if kind.hasSuffix("AdmissionPolicy") { spec.fill("failurePolicy", "Fail") }
            for key in ["matchConstraints", "matchResources"] {
                spec.edit(key) { resources in
                    matching(&resources)
                    for rules in ["resourceRules", "excludeResourceRules"] {
                        resources.editItems(rules) { $0.fill("scope", "*") }
                    }
                }
            }
        }
    }

    private static func matching(_ resources: inout JSON) {
        resources.fill("matchPolicy", "Equivalent")
        resources.fill("namespaceSelector", [:])
        resources.fill("objectSelector", [:])
    }
}
