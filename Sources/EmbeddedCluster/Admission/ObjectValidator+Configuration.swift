// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Validation of configuration, storage, quotas, budgets and autoscalers.
extension ObjectValidator {
    private static let maxDataBytes = 1 << 20

    static func configMap(_ object: JSON, into findings: inout Findings) {
        var size = 0
        for entry in object["data"]?.object ?? JSONObject() {
            let place = "data[\(entry.key)]"
            findings.problems(place, entry.key, TextRules.configKeyProblems(entry.key))
            if object["binaryData"]?[entry.key] != nil {
                findings.invalid(place, .string(entry.key), "duplicate of key present in binaryData")
            }
            size += entry.value.string?.utf8.count ?? 0
        }
        for entry in object["binaryData"]?.object ?? JSONObject() {
            findings.problems("binaryData[\(entry.key)]", entry.key, TextRules.configKeyProblems(entry.key))
            size += Base64.count(of: entry.value.string ?? "") ?? 0
        }
        checkSize(size, at: "", into: &findings)
    }

    private static func checkSize(_ size: Int, at field: String, into findings: inout Findings) {
        guard size > maxDataBytes else { return }
        findings.tooLong(field, maxBytes: maxDataBytes)
    }

    static func secret(_ object: JSON, into findings: inout Findings) {
        var size = 0
        for entry in object["data"]?.object ?? JSONObject() {
            findings.problems("data[\(entry.key)]", entry.key, TextRules.configKeyProblems(entry.key))
            size += Base64.count(of: entry.value.string ?? "") ?? 0
        }
        checkSize(size, at: "data", into: &findings)
        func need(_ keys: String...) {
            for key in keys where object["data"]?[key] == nil { findings.required("data[\(key)]") }
        }
        switch object.text("type") {
        case "kubernetes.io/tls": need("tls.crt", "tls.key")
        case "kubernetes.io/basic-auth":
            if object["data"]?["username"] == nil, object["data"]?["password"] == nil { need("username", "password") }
        case "kubernetes.io/ssh-auth": need("ssh-privatekey")
        case "kubernetes.io/dockerconfigjson":
            need(".dockerconfigjson")
            check(dockerConfiguration: object, key: ".dockerconfigjson", into: &findings)
        case "kubernetes.io/dockercfg":
            need(".dockercfg")
            check(dockerConfiguration: object, key: ".dockercfg", into: &findings)
        case "kubernetes.io/service-account-token":
            let key = "kubernetes.io/service-account.name"
            if object.text("metadata", "annotations", key).isEmpty { findings.required("metadata.annotations[\(key)]") }
        default: break
        }
    }

    /// Registry credentials are a JSON document; its text is never printed.
    private static func check(dockerConfiguration object: JSON, key: String, into findings: inout Findings) {
        guard let encoded = object["data"]?[key]?.string else { return }
        do {
            _ = try JSONParser.parse(Base64.bytes(of: encoded) ?? [])
        } catch {
            findings.invalid("data[\(key)]", "<secret contents redacted>", error.problem)
        }
    }

    private static let accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    static func claim(_ spec: JSON, at path: String, into findings: inout Findings) {
        findings.selector("\(path).selector", spec["selector"])
        if !spec.has("accessModes") {
            findings.required("\(path).accessModes", "at least 1 access mode is required")
        }
        for mode in spec.items("accessModes") { findings.choice("\(path).accessModes", mode, accessModes) }
        let place = "\(path).resources[storage]"
        if let size = spec["resources"]?["requests"]?["storage"] {
            if let amount = Findings.quantity(size), amount.nanos <= 0 {
                findings.invalid(place, size, "must be greater than zero")
            }
        } else {
            findings.required(place)
        }
        let storageClass = spec.text("storageClassName")
        if !storageClass.isEmpty {
            findings.problems("\(path).storageClassName", storageClass, NameRule.subdomainProblems(storageClass))
        }
        findings.choice("\(path).volumeMode", spec["volumeMode"], ["Block", "Filesystem"])
    }

    /// Fields of a PersistentVolume's spec that name where it is stored.
    static let persistentSources = [
        "hostPath", "nfs", "csi", "local", "iscsi", "fc", "rbd", "cephfs", "cinder", "glusterfs", "gcePersistentDisk",
        "awsElasticBlockStore", "azureDisk", "azureFile", "vsphereVolume", "flexVolume", "flocker", "quobyte",
        "photonPersistentDisk", "portworxVolume", "scaleIO", "storageos",
    ]

    static func persistentVolume(_ spec: JSON, into findings: inout Findings) {
        if !spec.has("accessModes") { findings.required("spec.accessModes") }
        for mode in spec.items("accessModes") { findings.choice("spec.accessModes", mode, accessModes) }
        if !spec.has("capacity") { findings.required("spec.capacity") }
        if let size = spec["capacity"]?["storage"], spec["capacity"]?.object?.count == 1 {
            if let amount = Findings.quantity(size), amount.nanos <= 0 {
                findings.invalid("spec.capacity[storage]", size, "must be greater than zero")
            }
        } else {
            findings.unsupported("spec.capacity", spec["capacity"] ?? .null, ["storage"])
        }
        let given = persistentSources.filter { spec[$0] != nil }
        if given.isEmpty { findings.required("spec", "must specify a volume type") }
        for extra in given.dropFirst() {
            findings.forbidden("spec.\(extra)", "may not specify more than 1 volume type")
        }
        findings.choice(
            "spec.persistentVolumeReclaimPolicy",
            spec["persistentVolumeReclaimPolicy"],
            ["Delete", "Recycle", "Retain"]
        )
        findings.choice("spec.volumeMode", spec["volumeMode"], ["Block", "Filesystem"])
    }

    static func limitRange(_ object: JSON, into findings: inout Findings) {
        for (index, item) in (object["spec"]?.items("limits") ?? []).enumerated() {
            let place = "spec.limits[\(index)]"
            for minimum in item["min"]?.object ?? JSONObject() {
                guard let low = Findings.quantity(minimum.value) else { continue }
                for (key, name) in [("max", "max"), ("defaultRequest", "default request"), ("default", "default")] {
                    guard let other = item[key]?[minimum.key], let high = Findings.quantity(other), low > high else {
                        continue
                    }
                    let isMax = key == "max"
                    findings.invalid(
                        "\(place).\(isMax ? "min" : key)[\(minimum.key)]",
                        isMax ? minimum.value : other,
                        "min value \(low.canonical) is greater than \(name) value \(high.canonical)"
                    )
                }
            }
        }
    }

    private static let quotaNames: Set<String> = [
        "cpu", "memory", "ephemeral-storage", "pods", "services", "replicationcontrollers", "resourcequotas", "secrets",
        "configmaps", "persistentvolumeclaims", "requests.cpu", "requests.memory", "requests.storage", "limits.cpu",
        "requests.ephemeral-storage", "limits.memory", "limits.ephemeral-storage", "services.nodeports",
        "services.loadbalancers", "storage",
    ]

    static func resourceQuota(_ object: JSON, into findings: inout Findings) {
        for limit in object["spec"]?["hard"]?.object ?? JSONObject() {
            let place = "spec.hard[\(limit.key)]"
            let name = limit.key
            findings.problems(place, name, NameRule.qualifiedNameProblems(name, subject: "resource name"))
            let isKnown =
                quotaNames.contains(name) || name.contains("/") || name.hasPrefix("requests.hugepages-")
                || name.hasPrefix("hugepages-")
            if !isKnown { findings.invalid(place, .string(name), "must be a standard resource for quota") }
            ResourceRules.checkAmount(limit.value, at: place, into: &findings)
        }
    }

    static func autoscaler(_ spec: JSON, into findings: inout Findings) {
        let minimum = spec["minReplicas"]?.int ?? 1
        let maximum = spec["maxReplicas"]?.int ?? 0
        if minimum < 1 {
            findings.invalid("spec.minReplicas", .int(minimum), "must be greater than or equal to 1")
        }
        if maximum < 1 { findings.required("spec.maxReplicas", "must be set and greater than 0") }
        if maximum < minimum {
            findings.invalid("spec.maxReplicas", .int(maximum), "must be greater than or equal to `minReplicas`")
        }
        let target = spec["scaleTargetRef"] ?? [:]
        for key in ["kind", "name"] where !target.has(key) { findings.required("spec.scaleTargetRef.\(key)") }
        if !target.text("apiVersion").contains("/"), target.text("kind") != "ReplicationController" {
            findings.invalid(
                "spec.scaleTargetRef.apiVersion",
                .string(target.text("apiVersion")),
                "apiVersion must specify API group"
            )
        }
    }

    static func disruptionBudget(_ spec: JSON, into findings: inout Findings) {
        if spec["minAvailable"] != nil, spec["maxUnavailable"] != nil {
            let printed: JSON = [
                "MaxUnavailable": spec["maxUnavailable"] ?? .null, "MinAvailable": spec["minAvailable"] ?? .null,
                "Selector": spec["selector"] ?? .null,
                "UnhealthyPodEvictionPolicy": spec["unhealthyPodEvictionPolicy"] ?? .null,
            ]
            findings.invalid("spec", printed, "minAvailable and maxUnavailable cannot be both set")
        }
        for key in ["minAvailable", "maxUnavailable"] { findings.intOrPercent("spec.\(key)", spec[key]) }
        findings.selector("spec.selector", spec["selector"])
    }
}
