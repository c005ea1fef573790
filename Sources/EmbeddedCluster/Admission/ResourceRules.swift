// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validation of requests and limits.
enum ResourceRules {
    private static let standard: Set<String> = ["cpu", "memory", "ephemeral-storage", "storage"]

    static func check(_ resources: JSON, at path: String, into findings: inout Findings) {
        let limits = resources["limits"]?.object ?? JSONObject()
        let requests = resources["requests"]?.object ?? JSONObject()
        checkNames(limits, at: "\(path).limits", into: &findings)
        for request in requests {
            checkNames(JSONObject([request]), at: "\(path).requests", into: &findings)
            guard let limit = limits[request.key], let asked = Findings.quantity(request.value),
                let allowed = Findings.quantity(limit)
            else { continue }
            let isExact = !standard.contains(request.key) && !request.key.hasPrefix("hugepages-")
            if isExact, asked != allowed {
                findings.invalid(
                    "\(path).requests",
                    request.value,
                    "must be equal to \(request.key) limit of \(allowed.canonical)"
                )
            } else if asked > allowed {
                findings.invalid(
                    "\(path).requests",
                    request.value,
                    "must be less than or equal to \(request.key) limit of \(allowed.canonical)"
                )
            }
        }
    }

    private static func checkNames(_ amounts: JSONObject, at path: String, into findings: inout Findings) {
        for amount in amounts {
            let place = "\(path)[\(amount.key)]"
            let name = amount.key
            findings.problems(place, name, NameRule.qualifiedNameProblems(name, subject: "resource name"))
            if !name.contains("/"), !standard.contains(name), !name.hasPrefix("hugepages-") {
                findings.invalid(place, .string(name), "must be a standard resource type or fully qualified")
                findings.invalid(place, .string(name), "must be a standard resource for containers")
            }
            checkAmount(amount.value, at: place, into: &findings)
        }
    }

    /// An amount may not be negative.
    static func checkAmount(_ value: JSON, at path: String, into findings: inout Findings) {
        guard let amount = Findings.quantity(value), amount.nanos < 0 else { return }
        findings.invalid(path, value, "must be greater than or equal to 0")
    }
}
