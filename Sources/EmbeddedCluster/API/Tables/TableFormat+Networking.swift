// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

extension TableFormat {
    /// Services, what is behind them and what is before them.
    static let networking: [GroupKind: TableFormat] = [
        GroupKind(group: "", kind: "Service"): service,
        GroupKind(group: "", kind: "Endpoints"): endpoints,
        GroupKind(group: "discovery.k8s.io", kind: "EndpointSlice"): endpointSlice,
        GroupKind(group: "networking.k8s.io", kind: "Ingress"): ingress,
        GroupKind(group: "networking.k8s.io", kind: "IngressClass"): ingressClass,
        GroupKind(group: "networking.k8s.io", kind: "NetworkPolicy"): networkPolicy,
    ]

    private static let service = TableFormat([
        .name, .text("Type", "How the service is reached."),
        .text("Cluster-IP", "The address within the cluster."),
        .text("External-IP", "The addresses from outside."), .text("Port(s)", "The ports, with node ports."), .age,
        .wide("Selector", "The labels of the pods behind the service."),
    ]) { service, now in
        let address = service.items(at: "spec", "clusterIPs").first?.string
        return [
            .nameCell(service), service.cell(at: "spec", "type", orElse: ""), .string(address ?? "<none>"),
            .string(externalAddress(service)), .string(servicePorts(service)), .ageCell(service, now),
            .string(service.labelsText(at: "spec", "selector")),
        ]
    }

    private static func externalAddress(_ service: JSON) -> String {
        let external = service.items(at: "spec", "externalIPs").compactMap(\.string)
        switch service.string(at: "spec", "type") {
        case "ClusterIP", "NodePort": return external.isEmpty ? "<none>" : external.joined(separator: ",")
        case "LoadBalancer":
            let all = loadBalancerAddresses(service) + external
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        case "ExternalName": return service.string(at: "spec", "externalName") ?? ""
        default: return "<unknown>"
        }
    }

    private static func loadBalancerAddresses(_ object: JSON) -> [String] {
        let addresses = object.items(at: "status", "loadBalancer", "ingress").compactMap { entry in
            [entry["ip"]?.string, entry["hostname"]?.string].compactMap(\.self).first { !$0.isEmpty }
        }
        return Set(addresses).sorted { $0.precedesInByteOrder($1) }
    }

    private static func servicePorts(_ service: JSON) -> String {
        let ports = service.items(at: "spec", "ports").map { port in
            let nodePort = port["nodePort"]?.int ?? 0
            let number = port["port"]?.int ?? 0
            return (nodePort > 0 ? "\(number):\(nodePort)" : "\(number)") + "/\(port["protocol"]?.string ?? "")"
        }
        return ports.isEmpty ? "<none>" : ports.joined(separator: ",")
    }

    private static let endpoints = TableFormat([
        .name, .text("Endpoints", "The addresses behind the service."), .age,
    ]) { endpoints, now in
        [.nameCell(endpoints), .string(endpointAddresses(endpoints)), .ageCell(endpoints, now)]
    }

    private static func endpointAddresses(_ endpoints: JSON) -> String {
        let subsets = endpoints.items(at: "subsets")
        if subsets.isEmpty { return "<none>" }
        let all = subsets.flatMap { subset in
            let addresses = subset.items(at: "addresses").compactMap { $0["ip"]?.string }
            let ports = subset.items(at: "ports").compactMap { $0["port"]?.int }
            return ports.isEmpty ? addresses : ports.flatMap { port in addresses.map { "\($0):\(port)" } }
        }
        return shortened(all, limit: 3, missing: "")
    }

    private static let endpointSlice = TableFormat([
        .name, .text("AddressType", "The family of the addresses."), .text("Ports", "The ports of every endpoint."),
        .text("Endpoints", "The addresses."), .age,
    ]) { slice, now in
        let ports = slice.items(at: "ports").map { $0["port"]?.scalarText ?? $0["name"]?.string ?? "*" }
        let addresses = slice.items(at: "endpoints").flatMap { $0.items(at: "addresses").compactMap(\.string) }
        return [
            .nameCell(slice), slice.cell(at: "addressType", orElse: ""),
            .string(shortened(ports, limit: 3, missing: "<unset>")),
            .string(shortened(addresses, limit: 3, missing: "<unset>")), .ageCell(slice, now),
        ]
    }

    /// The first texts joined by commas, and how many more there are.
    private static func shortened(_ texts: [String], limit: Int, missing: String) -> String {
        if texts.isEmpty { return missing }
        let head = texts.prefix(limit).joined(separator: ",")
        return texts.count > limit ? "\(head) + \(texts.count - limit) more..." : head
    }

    private static let ingress = TableFormat([
        .name, .text("Class", "The ingress class."), .text("Hosts", "The hosts of the rules."),
        .text("Address", "The addresses at which the ingress is reached."), .text("Ports", "The ports of the ingress."),
        .age,
    ]) { ingress, now in
        [
            .nameCell(ingress), ingress.cell(at: "spec", "ingressClassName"), .string(ingressHosts(ingress)),
            .string(loadBalancerAddresses(ingress).joined(separator: ",")),
            .string(ingress.items(at: "spec", "tls").isEmpty ? "80" : "80, 443"), .ageCell(ingress, now),
        ]
    }

    private static func ingressHosts(_ ingress: JSON) -> String {
        let rules = ingress.items(at: "spec", "rules")
        var hosts: [String] = []
        var isCut = false
        for rule in rules {
            if hosts.count == 3 { isCut = true }
            if !isCut, let host = rule["host"]?.string, !host.isEmpty { hosts.append(host) }
        }
        if hosts.isEmpty { return "*" }
        let head = hosts.joined(separator: ",")
        return isCut ? "\(head) + \(rules.count - 3) more..." : head
    }

    private static let ingressClass = TableFormat([
        .name, .text("Controller", "The controller that serves ingresses of the class."),
        .text("Parameters", "The object that configures the controller."), .age,
    ]) { ingressClass, now in
        let isDefault = ingressClass.isMarkedDefault("ingressclass.kubernetes.io/is-default-class")
        let parameters = ingressClass[["spec", "parameters"]].map { reference in
            let group = reference["apiGroup"]?.string.map { ".\($0)" } ?? ""
            return "\(reference["kind"]?.string ?? "")\(group)/\(reference["name"]?.string ?? "")"
        }
        return [
            .string((ingressClass.string(at: "metadata", "name") ?? "") + (isDefault ? " (default)" : "")),
            ingressClass.cell(at: "spec", "controller", orElse: ""), .string(parameters ?? "<none>"),
            .ageCell(ingressClass, now),
        ]
    }

    private static let networkPolicy = TableFormat([
        .name, .text("Pod-Selector", "The labels of the pods to which the policy applies."), .age,
    ]) { policy, now in
        [.nameCell(policy), .string(PodSelector(policy[["spec", "podSelector"]]).cellText), .ageCell(policy, now)]
    }
}
