// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Defaults of pods and pod templates.
extension Defaulter {
    /// A pod of its own has more defaults than a template: requests follow limits, host ports follow container ports.
    static func pod(_ object: inout JSON) {
        object.edit("spec") { spec in
            podSpec(&spec)
            spec.fill("enableServiceLinks", true)
            let usesHostNetwork = spec["hostNetwork"]?.bool == true
            for key in ["initContainers", "containers"] {
                spec.editItems(key) { container in
                    container.edit("resources", requestsFromLimits)
                    guard usesHostNetwork else { return }
                    container.editItems("ports") { port in
                        if let number = port["containerPort"] { port.fill("hostPort", number) }
                    }
                }
            }
        }
    }

    private static func requestsFromLimits(_ resources: inout JSON) {
        guard let limits = resources["limits"]?.object else { return }
        var requests = resources["requests"] ?? [:]
        for limit in limits { requests.fill(limit.key, limit.value) }
        resources["requests"] = requests
    }

    static func podSpec(_ spec: inout JSON) {
        spec.fill("dnsPolicy", "ClusterFirst")
        spec.fill("restartPolicy", "Always")
        spec.fill("terminationGracePeriodSeconds", 30)
        spec.fill("securityContext", [:])
        spec.fill("schedulerName", "default-scheduler")
        if let account = spec["serviceAccountName"] ?? spec["serviceAccount"] {
            spec["serviceAccountName"] = account
            spec["serviceAccount"] = account
        }
        spec.editItems("volumes", volume)
        for key in ["initContainers", "containers", "ephemeralContainers"] { spec.editItems(key, container) }
    }

    private static func container(_ container: inout JSON) {
        container.fill("imagePullPolicy", .string(pullPolicy(container.text("image"))))
        container.fill("terminationMessagePath", "/dev/termination-log")
        container.fill("terminationMessagePolicy", "File")
        container.editItems("ports") { $0.fill("protocol", "TCP") }
        container.editItems("env") { $0.edit("valueFrom", valueSource) }
        for key in ["livenessProbe", "readinessProbe", "startupProbe"] { container.edit(key, probe) }
        container.edit("lifecycle") { lifecycle in
            for key in ["postStart", "preStop"] { lifecycle.edit(key) { $0.edit("httpGet", httpGet) } }
        }
    }

    private static func valueSource(_ source: inout JSON) {
        source.edit("fieldRef") { $0.fill("apiVersion", "v1") }
        source.edit("fileKeyRef") { $0.fill("optional", false) }
    }

    private static func probe(_ probe: inout JSON) {
        probe.fill("timeoutSeconds", 1)
        probe.fill("periodSeconds", 10)
        probe.fill("successThreshold", 1)
        probe.fill("failureThreshold", 3)
        probe.edit("httpGet", httpGet)
        probe.edit("grpc") { $0.fill("service", "") }
    }

    private static func httpGet(_ action: inout JSON) {
        action.fill("path", "/")
        action.fill("scheme", "HTTP")
    }

    /// `Always` for the tag `latest`, given or meant; an image named by digest alone is `IfNotPresent`.
    static func pullPolicy(_ image: String) -> String {
        let name = image.prefix { $0 != "@" }
        let last = name.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        if let colon = last.firstIndex(of: ":") {
            return last[last.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
        }
        return name.count < image.count ? "IfNotPresent" : "Always"
    }

    private static let fileMode: JSON = 420  // 0644

    private static func volume(_ volume: inout JSON) {
        if volume.object?.count == 1, volume["name"] != nil { volume["emptyDir"] = [:] }
        for key in ["secret", "configMap"] { volume.edit(key) { $0.fill("defaultMode", fileMode) } }
        volume.edit("downwardAPI") {
            $0.fill("defaultMode", fileMode)
            downwardFiles(&$0)
        }
        volume.edit("projected") { projected in
            projected.fill("defaultMode", fileMode)
            projected.editItems("sources") { source in
                source.edit("serviceAccountToken") { $0.fill("expirationSeconds", 3600) }
                source.edit("podCertificate") { $0.fill("maxExpirationSeconds", 86_400) }
                source.edit("downwardAPI", downwardFiles)
            }
        }
        volume.edit("ephemeral") { ephemeral in
            ephemeral.edit("volumeClaimTemplate") { template in
                template.edit("spec") { $0.fill("volumeMode", "Filesystem") }
            }
        }
        volume.edit("image") { $0.fill("pullPolicy", .string(pullPolicy($0.text("reference")))) }
        volumeSource(&volume)
    }

    private static func downwardFiles(_ source: inout JSON) {
        source.editItems("items") { file in file.edit("fieldRef") { $0.fill("apiVersion", "v1") } }
    }

    /// Defaults of sources that pods and persistent volumes share.
    static func volumeSource(_ source: inout JSON) {
        source.edit("hostPath") { $0.fill("type", "") }
        source.edit("iscsi") { $0.fill("iscsiInterface", "default") }
        source.edit("rbd") {
            $0.fill("pool", "rbd")
            $0.fill("user", "admin")
            $0.fill("keyring", "/etc/ceph/keyring")
        }
        source.edit("azureDisk") {
            $0.fill("cachingMode", "ReadWrite")
            $0.fill("kind", "Shared")
            $0.fill("fsType", "ext4")
            $0.fill("readOnly", false)
        }
        source.edit("scaleIO") {
            $0.fill("storageMode", "ThinProvisioned")
            $0.fill("fsType", "xfs")
        }
    }
}
