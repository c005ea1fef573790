// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validation of environment variables.
enum VariableRules {
    private static let sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]
    private static let podFields: Set<String> = [
        "metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations",
        "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    static func check(_ variable: JSON, at path: String, into findings: inout Findings) {
        let name = variable.text("name")
        if name.isEmpty { findings.required("\(path).name") }
        findings.problems("\(path).name", name, TextRules.variableNameProblems(name))
        guard let source = variable["valueFrom"] else { return }
        let place = "\(path).valueFrom"
        let given = sources.filter { source[$0] != nil }
        if variable.has("value") {
            if !given.isEmpty { findings.invalid(place, "", "may not be specified when `value` is not empty") }
        } else if given.count > 1 {
            findings.invalid(place, "", "may not have more than one field specified at a time")
        } else if given.isEmpty {
            findings.invalid(
                place,
                "",
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
            )
        }
        if let field = source["fieldRef"] { check(fieldRef: field, at: "\(place).fieldRef", into: &findings) }
        for key in ["configMapKeyRef", "secretKeyRef"] {
            guard let reference = source[key] else { continue }
            let target = reference.text("name")
            findings.problems("\(place).\(key).name", target, NameRule.subdomainProblems(target))
            let entry = reference.text("key")
            if entry.isEmpty {
                findings.required("\(place).\(key).key")
            } else {
                findings.problems("\(place).\(key).key", entry, TextRules.configKeyProblems(entry))
            }
        }
    }

    private static func check(fieldRef: JSON, at path: String, into findings: inout Findings) {
        let field = fieldRef.text("fieldPath")
        if field.isEmpty { return findings.required("\(path).fieldPath") }
        let isSubscript = field.hasPrefix("metadata.labels['") || field.hasPrefix("metadata.annotations['")
        guard !podFields.contains(field), !isSubscript else { return }
        findings.invalid(
            "\(path).fieldPath",
            .string(field),
            "error converting fieldPath: field label not supported: \(field)"
        )
    }

    static func checkSources(_ items: [JSON], at path: String, into findings: inout Findings) {
        for (index, item) in items.enumerated() {
            let given = ["configMapRef", "secretRef"].filter { item[$0] != nil }
            for key in given {
                let name = item[key]?.text("name") ?? ""
                let place = "\(path)[\(index)].\(key).name"
                if name.isEmpty {
                    findings.required(place)
                } else {
                    findings.problems(place, name, NameRule.subdomainProblems(name))
                }
            }
            if given.isEmpty { findings.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`") }
            if given.count > 1 { findings.invalid(path, "", "may not have more than one field specified at a time") }
        }
    }
}
