// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validation of a pod's containers.
struct ContainerRules {
    /// Names of the pod's volumes.
    let volumes: Set<String>

    func check(
        _ containers: [JSON],
        at path: String,
        usedNames: [String],
        isInit: Bool,
        into findings: inout Findings
    ) {
        var names = Set(usedNames)
        for (index, container) in containers.enumerated() {
            let place = "\(path)[\(index)]"
            let name = container.text("name")
            if name.isEmpty {
                findings.required("\(place).name")
            } else {
                findings.problems("\(place).name", name, NameRule.labelProblems(name))
            }
            if !container.has("image") { findings.required("\(place).image") }
            if !name.isEmpty, !names.insert(name).inserted { findings.duplicate("\(place).name", .string(name)) }
            check(container, at: place, into: &findings)
        }
    }

    private func check(_ container: JSON, at path: String, into findings: inout Findings) {
        for (key, mayRepeat) in [("livenessProbe", false), ("readinessProbe", true), ("startupProbe", false)] {
            guard let probe = container[key] else { continue }
            ProbeRules.check(probe, at: "\(path).\(key)", mayRepeatSuccess: mayRepeat, into: &findings)
        }
        checkPorts(container.items("ports"), at: "\(path).ports", into: &findings)
        for (index, variable) in container.items("env").enumerated() {
            VariableRules.check(variable, at: "\(path).env[\(index)]", into: &findings)
        }
        VariableRules.checkSources(container.items("envFrom"), at: "\(path).envFrom", into: &findings)
        checkMounts(container.items("volumeMounts"), at: "\(path).volumeMounts", into: &findings)
        findings.choice("\(path).imagePullPolicy", container["imagePullPolicy"], ["Always", "IfNotPresent", "Never"])
        ResourceRules.check(container["resources"] ?? [:], at: "\(path).resources", into: &findings)
        checkSecurity(container["securityContext"] ?? [:], at: "\(path).securityContext", into: &findings)
    }

    private func checkPorts(_ ports: [JSON], at path: String, into findings: inout Findings) {
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            let place = "\(path)[\(index)]"
            let name = port.text("name")
            if !name.isEmpty {
                let problems = TextRules.portNameProblems(name)
                findings.problems("\(place).name", name, problems)
                if problems.isEmpty, !names.insert(name).inserted { findings.duplicate("\(place).name", .string(name)) }
            }
            if port["containerPort"] == 0 {
                findings.required("\(place).containerPort")
            } else {
                findings.port("\(place).containerPort", port["containerPort"])
            }
            if let host = port["hostPort"], host != 0 { findings.port("\(place).hostPort", host) }
            findings.choice("\(place).protocol", port["protocol"], ["SCTP", "TCP", "UDP"], required: "")
        }
    }

    private func checkMounts(_ mounts: [JSON], at path: String, into findings: inout Findings) {
        var paths: Set<String> = []
        for (index, mount) in mounts.enumerated() {
            let place = "\(path)[\(index)]"
            let name = mount.text("name")
            if name.isEmpty { findings.required("\(place).name") }
            if !volumes.contains(name) { findings.notFound("\(place).name", .string(name)) }
            let target = mount.text("mountPath")
            if target.isEmpty {
                findings.required("\(place).mountPath")
            } else if !paths.insert(target).inserted {
                findings.invalid("\(place).mountPath", .string(target), "must be unique")
            }
            if mount.has("subPath"), mount.has("subPathExpr") {
                findings.invalid(
                    "\(place).subPathExpr",
                    mount["subPathExpr"],
                    "subPathExpr and subPath are mutually exclusive"
                )
            }
            for key in ["subPath", "subPathExpr"] {
                // The server leaves the index out here.
                findings.problems("\(path).\(key)", mount.text(key), TextRules.localPathProblems(mount.text(key)))
            }
        }
    }

    private func checkSecurity(_ context: JSON, at path: String, into findings: inout Findings) {
        for key in ["runAsUser", "runAsGroup"] {
            guard let id = context[key]?.int, !(0...Int64(Int32.max)).contains(id) else { continue }
            findings.invalid("\(path).\(key)", .int(id), "must be between 0 and 2147483647, inclusive")
        }
        if context["allowPrivilegeEscalation"] == false, context["privileged"] == true {
            findings.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
        }
    }
}
