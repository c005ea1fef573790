// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validation of probes.
enum ProbeRules {
    private static let handlers = ["exec", "httpGet", "tcpSocket", "grpc"]

    static func check(_ probe: JSON, at path: String, mayRepeatSuccess: Bool, into findings: inout Findings) {
        let given = handlers.filter { probe[$0] != nil }
        if given.isEmpty { findings.required(path, "must specify a handler type") }
        for (index, handler) in given.enumerated() {
            if index > 0 {
                findings.forbidden("\(path).\(handler)", "may not specify more than 1 handler type")
                continue
            }
            check(handler, probe[handler] ?? [:], at: "\(path).\(handler)", into: &findings)
        }
        for key in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
            findings.notNegative("\(path).\(key)", probe[key])
        }
        if let seconds = probe["terminationGracePeriodSeconds"]?.int, seconds <= 0 {
            findings.invalid("\(path).terminationGracePeriodSeconds", .int(seconds), "must be greater than 0")
        }
        if !mayRepeatSuccess, let times = probe["successThreshold"]?.int, times != 1 {
            findings.invalid("\(path).successThreshold", .int(times), "must be 1")
        }
    }

    private static func check(_ handler: String, _ action: JSON, at path: String, into findings: inout Findings) {
        switch handler {
        case "exec":
            if !action.has("command") { findings.required("\(path).command") }
        case "httpGet":
            if !action.has("path") { findings.required("\(path).path") }
            findings.port("\(path).port", action["port"])
            findings.choice("\(path).scheme", action["scheme"], ["HTTP", "HTTPS"])
        default: findings.port("\(path).port", action["port"])
        }
    }
}
