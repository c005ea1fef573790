// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Validation of services, ingresses and network policies.
extension ObjectValidator {
    static func service(_ spec: JSON, into findings: inout Findings) {
        let type = spec.text("type")
        let isHeadless = spec.text("clusterIP") == "None"
        let ports = spec.items("ports")
        if ports.isEmpty, !isHeadless, type != "ExternalName" { findings.required("spec.ports") }
        if type == "ExternalName" {
            let name = spec.text("externalName")
            if name.isEmpty {
                findings.required("spec.externalName")
            } else {
                findings.problems("spec.externalName", name, NameRule.subdomainProblems(name))
            }
        }
        check(servicePorts: ports, type: type, into: &findings)
        findings.labels("spec.selector", spec["selector"])
        findings.choice("spec.sessionAffinity", spec["sessionAffinity"], ["ClientIP", "None"], required: "")
        findings.choice(
            "spec.type",
            spec["type"],
            ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
            required: ""
        )
        let address = spec.text("clusterIP")
        if !address.isEmpty, address != "None", !TextRules.isAddress(address) {
            findings.invalid("spec.clusterIPs[0]", .string(address), TextRules.addressProblem)
        }
        for (index, range) in spec.items("loadBalancerSourceRanges").enumerated() {
            guard let text = range.string, !TextRules.isRange(text) else { continue }
            findings.invalid("spec.LoadBalancerSourceRanges[\(index)]", range, TextRules.rangeProblem)
        }
        check(trafficPolicies: spec, type: type, into: &findings)
    }

    private static func check(trafficPolicies spec: JSON, type: String, into findings: inout Findings) {
        let policies = ["Cluster", "Local"]
        let isExternal =
            ["NodePort", "LoadBalancer"].contains(type) || (type == "ClusterIP" && spec.has("externalIPs"))
        if let policy = spec["externalTrafficPolicy"] {
            if isExternal {
                findings.choice("spec.externalTrafficPolicy", policy, policies)
            } else {
                findings.invalid(
                    "spec.externalTrafficPolicy",
                    policy,
                    "may only be set for externally-accessible services"
                )
            }
        }
        if let policy = spec["internalTrafficPolicy"] {
            findings.choice("spec.internalTrafficPolicy", policy, policies)
        }
    }

    private static func check(servicePorts ports: [JSON], type: String, into findings: inout Findings) {
        var names: Set<String> = []
        var numbers: Set<String> = []
        for (index, port) in ports.enumerated() {
            let place = "spec.ports[\(index)]"
            let name = port.text("name")
            if name.isEmpty {
                if ports.count > 1 { findings.required("\(place).name") }
            } else {
                let problems = NameRule.labelProblems(name)
                findings.problems("\(place).name", name, problems)
                if problems.isEmpty, !names.insert(name).inserted { findings.duplicate("\(place).name", .string(name)) }
            }
            findings.port("\(place).port", port["port"])
            findings.choice("\(place).protocol", port["protocol"], ["SCTP", "TCP", "UDP"], required: "")
            findings.port("\(place).targetPort", port["targetPort"])
            if type == "ClusterIP", let node = port["nodePort"], node != 0 {
                findings.forbidden("\(place).nodePort", "may not be used when `type` is 'ClusterIP'")
            }
        }
        for (index, port) in ports.enumerated() {
            let number = "\(port.text("protocol"))/\(port["port"]?.int ?? 0)"
            guard !numbers.insert(number).inserted else { continue }
            findings.duplicate("spec.ports[\(index)]", port)
        }
    }

    static func ingress(_ spec: JSON, into findings: inout Findings) {
        if spec["defaultBackend"] == nil, !spec.has("rules") {
            findings.invalid("spec", .null, "either `defaultBackend` or `rules` must be specified")
        }
        if let backend = spec["defaultBackend"] { check(backend: backend, at: "spec.defaultBackend", into: &findings) }
        for (index, rule) in spec.items("rules").enumerated() {
            let place = "spec.rules[\(index)]"
            let host = rule.text("host")
            if TextRules.isAddress(host) {
                findings.invalid("\(place).host", .string(host), "must be a DNS name, not an IP address")
            } else if !host.isEmpty {
                findings.problems("\(place).host", host, TextRules.wildcardProblems(host))
            }
            guard let http = rule["http"] else { continue }
            if !http.has("paths") { findings.required("\(place).http.paths") }
            for (number, path) in http.items("paths").enumerated() {
                check(ingressPath: path, at: "\(place).http.paths[\(number)]", into: &findings)
            }
        }
        for (index, entry) in spec.items("tls").enumerated() {
            for (number, host) in entry.items("hosts").enumerated() {
                guard let text = host.string else { continue }
                findings.problems("spec.tls[\(index)].hosts[\(number)]", text, TextRules.wildcardProblems(text))
            }
        }
    }

    private static func check(ingressPath path: JSON, at place: String, into findings: inout Findings) {
        let text = path.text("path")
        switch path["pathType"]?.string {
        case nil: return findings.required("\(place).pathType", "pathType must be specified")
        case "Exact", "Prefix":
            if !text.hasPrefix("/") { findings.invalid("\(place).path", .string(text), "must be an absolute path") }
            for part in ["//", "/./", "/../", "%2f", "%2F"] where text.contains(part) {
                findings.invalid("\(place).path", .string(text), "must not contain '\(part)'")
            }
            for ending in ["/..", "/."] where text.hasSuffix(ending) {
                findings.invalid("\(place).path", .string(text), "cannot end with '\(ending)'")
            }
        case "ImplementationSpecific":
            if !text.isEmpty, !text.hasPrefix("/") {
                findings.invalid("\(place).path", .string(text), "must be an absolute path")
            }
        default:
            findings.unsupported("\(place).pathType", path["pathType"], ["Exact", "ImplementationSpecific", "Prefix"])
        }
        check(backend: path["backend"] ?? [:], at: "\(place).backend", into: &findings)
    }

    private static func check(backend: JSON, at place: String, into findings: inout Findings) {
        switch (backend["service"], backend["resource"]) {
        case (nil, nil): findings.invalid(place, "", "resource or service backend is required")
        case (_?, _?): findings.invalid(place, "", "cannot set both resource and service backends")
        case (let service?, nil):
            let name = service.text("name")
            if name.isEmpty {
                findings.required("\(place).service.name")
            } else {
                findings.problems("\(place).service.name", name, NameRule.labelProblems(name))
            }
            let portName = service.text("port", "name")
            let number = service["port"]?["number"]?.int ?? 0
            if !portName.isEmpty, number != 0 {
                findings.invalid(place, "", "cannot set both port name & port number")
            } else if !portName.isEmpty {
                findings.problems("\(place).service.port.name", portName, TextRules.portNameProblems(portName))
            } else if number != 0 {
                findings.port("\(place).service.port.number", .int(number))
            } else {
                findings.required(place, "port name or number is required")
            }
        case (nil, let resource?):
            for key in ["kind", "name"] where !resource.has(key) { findings.required("\(place).resource.\(key)") }
        }
    }

    static func networkPolicy(_ spec: JSON, into findings: inout Findings) {
        findings.selector("spec.podSelector", spec["podSelector"])
        for (key, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in spec.items(key).enumerated() {
                let place = "spec.\(key)[\(index)]"
                for (number, port) in rule.items("ports").enumerated() {
                    let portPlace = "\(place).ports[\(number)]"
                    findings.choice("\(portPlace).protocol", port["protocol"], ["TCP", "UDP", "SCTP"])
                    findings.port("\(portPlace).port", port["port"])
                }
                for (number, peer) in rule.items(peers).enumerated() {
                    check(peer: peer, at: "\(place).\(peers)[\(number)]", into: &findings)
                }
            }
        }
        for (index, type) in spec.items("policyTypes").enumerated() {
            findings.choice("spec.policyTypes[\(index)]", type, ["Ingress", "Egress"])
        }
    }

    private static func check(peer: JSON, at place: String, into findings: inout Findings) {
        let given = ["podSelector", "namespaceSelector", "ipBlock"].filter { peer[$0] != nil }
        findings.selector("\(place).podSelector", peer["podSelector"])
        findings.selector("\(place).namespaceSelector", peer["namespaceSelector"])
        if let block = peer["ipBlock"] {
            let range = block.text("cidr")
            if range.isEmpty {
                findings.required("\(place).ipBlock.cidr")
            } else if !TextRules.isRange(range) {
                findings.invalid("\(place).ipBlock.cidr", .string(range), TextRules.rangeProblem)
            }
        }
        if given.isEmpty {
            findings.required(place, "must specify a peer")
        } else if given.count > 1, given.contains("ipBlock") {
            findings.forbidden(place, "may not specify both ipBlock and another peer")
        }
    }
}
