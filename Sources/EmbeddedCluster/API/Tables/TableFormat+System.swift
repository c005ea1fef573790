// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

extension TableFormat {
    /// Namespaces, nodes, leases, events, budgets, quotas and the API's own kinds.
    static let system: [GroupKind: TableFormat] = [
        GroupKind(group: "", kind: "Namespace"): namespace,
        GroupKind(group: "", kind: "Node"): node,
        GroupKind(group: "", kind: "ResourceQuota"): resourceQuota,
        GroupKind(group: "", kind: "Event"): event { $0["involvedObject"] },
        GroupKind(group: "events.k8s.io", kind: "Event"): event { $0["regarding"] },
        GroupKind(group: "coordination.k8s.io", kind: "Lease"): lease,
        GroupKind(group: "policy", kind: "PodDisruptionBudget"): disruptionBudget,
        GroupKind(group: "autoscaling", kind: "HorizontalPodAutoscaler"): autoscaler,
        GroupKind(group: "scheduling.k8s.io", kind: "PriorityClass"): priorityClass,
        GroupKind(group: "node.k8s.io", kind: "RuntimeClass"): runtimeClass,
        GroupKind(group: "apiregistration.k8s.io", kind: "APIService"): apiService,
    ]

    private static let namespace = TableFormat([
        .name, .text("Status", "Whether the namespace is active or going away."), .age,
    ]) { namespace, now in
        [.nameCell(namespace), namespace.cell(at: "status", "phase", orElse: ""), .ageCell(namespace, now)]
    }

    private static let node = TableFormat([
        .name, .text("Status", "Whether the node is ready and takes pods."), .text("Roles", "The roles of the node."),
        .age, .text("Version", "The version of the kubelet."), .wide("Internal-IP", "The address within the cluster."),
        .wide("External-IP", "The address from outside."), .wide("OS-Image", "The operating system."),
        .wide("Kernel-Version", "The kernel and its architecture."),
        .wide("Container-Runtime", "The container runtime."),
    ]) { node, now in
        func address(_ type: String) -> JSON {
            let found = node.items(at: "status", "addresses").first { $0["type"]?.string == type }
            return .string(found?["address"]?.string ?? "<none>")
        }
        func information(_ key: String) -> String {
            let text = node.string(at: "status", "nodeInfo", key) ?? ""
            return text.isEmpty ? "<unknown>" : text
        }
        let architecture = node.string(at: "status", "nodeInfo", "architecture") ?? ""
        return [
            .nameCell(node), .string(nodeStatus(node)), .string(nodeRoles(node)), .ageCell(node, now),
            node.cell(at: "status", "nodeInfo", "kubeletVersion", orElse: ""), address("InternalIP"),
            address("ExternalIP"), .string(information("osImage")),
            .string(information("kernelVersion") + (architecture.isEmpty ? "" : " (\(architecture))")),
            .string(information("containerRuntimeVersion")),
        ]
    }

    private static func nodeStatus(_ node: JSON) -> String {
        let ready = node.condition("Ready").map { $0["status"]?.string == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        return node[["spec", "unschedulable"]]?.bool == true ? "\(ready),SchedulingDisabled" : ready
    }

    private static func nodeRoles(_ node: JSON) -> String {
        let prefix = "node-role.kubernetes.io/"
        var roles: Set<String> = []
        for label in node.members(at: "metadata", "labels") {
            if label.key.hasPrefix(prefix) { roles.insert(String(label.key.dropFirst(prefix.count))) }
            if label.key == "kubernetes.io/role", let role = label.value.string { roles.insert(role) }
        }
        roles.remove("")
        return roles.isEmpty ? "<none>" : roles.sorted { $0.precedesInByteOrder($1) }.joined(separator: ",")
    }

    private static let resourceQuota = TableFormat([
        .name, .text("Request", "What is used of what may be requested."),
        .text("Limit", "What is used of what limits may add up to."), .age,
    ]) { quota, now in
        let used = quota.members(at: "status", "used")
        func texts(_ isLimit: Bool) -> JSON {
            let hard = quota.members(at: "status", "hard").filter { $0.key.hasPrefix("limits.") == isLimit }
            let lines = hard.map { "\($0.key): \(used[$0.key]?.scalarText ?? "0")/\($0.value.scalarText ?? "0")" }
            return .string(lines.joined(separator: ", "))
        }
        return [.nameCell(quota), texts(false), texts(true), .ageCell(quota, now)]
    }

    private static func event(subject: @escaping @Sendable (JSON) -> JSON?) -> TableFormat {
        TableFormat([
            .text("Last Seen", "The time since the event was last seen."), .text("Type", "Normal or Warning."),
            .text("Reason", "One word for what happened."), .text("Object", "What the event is about."),
            .wide("Subobject", "The part of the object that the event is about."),
            .wide("Source", "Who reports the event."), .text("Message", "What happened."),
            .wide("First Seen", "The time since the event was first seen."),
            .wide("Count", "How often the event was seen."),
            TableColumn("Name", format: "name", description: "The name of the event.", priority: 1),
        ]) { event, now in
            let object = subject(event)
            let first = HumanDuration.since(firstTime(event), now: now)
            let last = lastTime(event).map { HumanDuration.since($0, now: now) } ?? first
            let kind = object?["kind"]?.string?.lowercased() ?? ""
            let name = object?["name"]?.string ?? ""
            let message = event["message"]?.string ?? event["note"]?.string ?? ""
            let count = event.int(at: "series", "count") ?? nonZero(event, "count", "deprecatedCount") ?? 1
            return [
                .string(last), event.cell(at: "type", orElse: ""), event.cell(at: "reason", orElse: ""),
                .string(name.isEmpty ? kind : "\(kind)/\(name)"), .string(object?["fieldPath"]?.string ?? ""),
                .string(eventSource(event)), .string(trimmed(message)), .string(first), .int(count), .nameCell(event),
            ]
        }
    }

    private static func firstTime(_ event: JSON) -> String? {
        event["firstTimestamp"]?.string ?? event["deprecatedFirstTimestamp"]?.string ?? event["eventTime"]?.string
    }

    private static func lastTime(_ event: JSON) -> String? {
        event.string(at: "series", "lastObservedTime") ?? event["lastTimestamp"]?.string
            ?? event["deprecatedLastTimestamp"]?.string
    }

    private static func nonZero(_ event: JSON, _ keys: String...) -> Int64? {
        keys.compactMap { event[$0]?.int }.first { $0 != 0 }
    }

    private static func eventSource(_ event: JSON) -> String {
        let source = event["source"] ?? event["deprecatedSource"]
        func first(_ texts: String?...) -> String { texts.compactMap(\.self).first { !$0.isEmpty } ?? "" }
        let component = first(
            source?["component"]?.string,
            event["reportingComponent"]?.string,
            event["reportingController"]?.string
        )
        let instance = first(source?["host"]?.string, event["reportingInstance"]?.string)
        return instance.isEmpty ? component : "\(component), \(instance)"
    }

    private static func trimmed(_ text: String) -> String {
        let head = text.drop(while: \.isWhitespace)
        return String(head.reversed().drop(while: \.isWhitespace).reversed())
    }

    private static let lease = TableFormat([
        .name, .text("Holder", "Who holds the lease."), .age,
    ]) { lease, now in
        [.nameCell(lease), lease.cell(at: "spec", "holderIdentity", orElse: ""), .ageCell(lease, now)]
    }

    private static let disruptionBudget = TableFormat([
        .name, .text("Min Available", "How many pods must stay."), .text("Max Unavailable", "How many pods may go."),
        .integer("Allowed Disruptions", "How many pods may be evicted now."), .age,
    ]) { budget, now in
        [
            .nameCell(budget), budget.cell(at: "spec", "minAvailable", orElse: "N/A"),
            budget.cell(at: "spec", "maxUnavailable", orElse: "N/A"), budget.count(at: "status", "disruptionsAllowed"),
            .ageCell(budget, now),
        ]
    }

    private static let priorityClass = TableFormat([
        .name, .integer("Value", "The priority."), .boolean("Global-Default", "Whether pods get it unasked."), .age,
        .text("PreemptionPolicy", "Whether pods of the class push others out."),
    ]) { priorityClass, now in
        [
            .nameCell(priorityClass), priorityClass.count(at: "value"),
            .bool(priorityClass["globalDefault"]?.bool ?? false), .ageCell(priorityClass, now),
            priorityClass.cell(at: "preemptionPolicy", orElse: ""),
        ]
    }

    private static let runtimeClass = TableFormat([
        .name, .text("Handler", "The runtime's configuration."), .age,
    ]) { runtimeClass, now in
        [.nameCell(runtimeClass), runtimeClass.cell(at: "handler", orElse: ""), .ageCell(runtimeClass, now)]
    }

    private static let apiService = TableFormat([
        .name, .text("Service", "The service that serves the version."),
        .text("Available", "Whether the version is served."), .age,
    ]) { apiService, now in
        let service = apiService[["spec", "service"]].map {
            "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")"
        }
        let condition = apiService.condition("Available")
        var available = condition?["status"]?.string ?? "Unknown"
        if available != "True", let reason = condition?["reason"]?.string { available += " (\(reason))" }
        return [.nameCell(apiService), .string(service ?? "Local"), .string(available), .ageCell(apiService, now)]
    }
}
