// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// On which nodes a pod may run: node selector, required node affinity, taints and cordons, CPU and memory.
struct Placement {
    private let spec: JSON?

    init(podSpec: JSON?) { spec = podSpec }

    private var terms: [JSON]? {
        spec?[[
            "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms",
        ]]?.array
    }

    /// Whether the pod's node selector and required affinity want this node.
    func selects(_ node: KubeObject) -> Bool {
        let selector = spec?["nodeSelector"]?.object ?? JSONObject()
        guard selector.allSatisfy({ node.labels[$0.key] == $0.value }) else { return false }
        guard let terms else { return true }
        return terms.contains { Placement.matches($0, node) }
    }

    /// The node that the affinity names, as the daemon set controller writes it; nil when there is none.
    var namedNode: String? {
        terms?.first?.items(at: "matchFields").first?.items(at: "values").first?.string
    }

    /// Lets a pod run on this node only.
    static func pin(_ pod: inout JSON, to node: String) {
        let field: JSON = ["key": "metadata.name", "operator": "In", "values": [.string(node)]]
        let path = ["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        var terms = (pod[path]?["nodeSelectorTerms"]?.array ?? []).map { term in
            var result = term
            result["matchFields"] = [field]
            return result
        }
        if terms.isEmpty { terms = [["matchFields": [field]]] }
        pod[path] = ["nodeSelectorTerms": .array(terms)]
    }

    /// Why the pod cannot run on a node where other pods ask for `used`; nil when it can.
    func obstacle(on node: KubeObject, used: ComputeResources) -> String? {
        if !selects(node) { return "node(s) didn't match Pod's node affinity/selector" }
        if let taint = untolerated(on: node) {
            let isCordon = taint["key"]?.string == "node.kubernetes.io/unschedulable"
            if isCordon { return "node(s) were unschedulable" }
            return "node(s) had untolerated taint(s)"
        }
        let free = ComputeResources(node.status?["allocatable"]).subtracting(used)
        let wanted = ComputeResources(podSpec: spec)
        if wanted.milliCPU > free.milliCPU { return "Insufficient cpu" }
        if wanted.bytes > free.bytes { return "Insufficient memory" }
        return nil
    }

    private func untolerated(on node: KubeObject) -> JSON? {
        var taints = (node.spec?["taints"]?.array ?? []).filter { $0["effect"]?.string != "PreferNoSchedule" }
        if node.spec?["unschedulable"]?.bool == true {
            taints.append(["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"])
        }
        let tolerations = spec?["tolerations"]?.array ?? []
        return taints.first { taint in !tolerations.contains { Placement.tolerates($0, taint) } }
    }

    private static func tolerates(_ toleration: JSON, _ taint: JSON) -> Bool {
        if let effect = toleration["effect"]?.string, !effect.isEmpty, effect != taint["effect"]?.string {
            return false
        }
        let key = toleration["key"]?.string ?? ""
        if !key.isEmpty, key != taint["key"]?.string { return false }
        if toleration["operator"]?.string == "Exists" { return true }
        return !key.isEmpty && (toleration["value"]?.string ?? "") == (taint["value"]?.string ?? "")
    }

    private static func matches(_ term: JSON, _ node: KubeObject) -> Bool {
        let expressions = term.items(at: "matchExpressions")
        let fields = term.items(at: "matchFields")
        guard !expressions.isEmpty || !fields.isEmpty else { return false }
        return expressions.allSatisfy { holds($0, node.labels[$0["key"]?.string ?? ""]?.string) }
            && fields.allSatisfy { holds($0, node.name) }
    }

    private static func holds(_ expression: JSON, _ value: String?) -> Bool {
        let values = expression.items(at: "values").compactMap(\.string)
        switch expression["operator"]?.string {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return !(value.map(values.contains) ?? false)
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt", "Lt":
            guard let number = value.flatMap({ Int64($0) }), let bound = values.first.flatMap({ Int64($0) })
            else { return false }
            return expression["operator"]?.string == "Gt" ? number > bound : number < bound
        default: return false
        }
    }
}

/// An amount of CPU and memory.
struct ComputeResources: Sendable, Hashable {
    var milliCPU: Int64 = 0
    var bytes: Int64 = 0

    init() {}

    /// Reads `cpu` and `memory` of a resource list.
    init(_ list: JSON?) {
        milliCPU = ComputeResources.value(list?["cpu"], scale: 1000)
        bytes = ComputeResources.value(list?["memory"], scale: 1)
    }

    /// What the containers of a pod ask for.
    init(podSpec: JSON?) {
        for container in podSpec?["containers"]?.array ?? [] {
            add(ComputeResources(container["resources"]?["requests"]))
        }
    }

    mutating func add(_ other: ComputeResources) {
        milliCPU += other.milliCPU
        bytes += other.bytes
    }

    func subtracting(_ other: ComputeResources) -> ComputeResources {
        var result = self
        result.milliCPU -= other.milliCPU
        result.bytes -= other.bytes
        return result
    }

    /// A quantity such as `500m`, `1.5`, `64Gi` times `scale`, rounded up; 0 when it is not a quantity.
    private static func value(_ json: JSON?, scale: Double) -> Int64 {
        guard let text = json?.scalarText else { return 0 }
        let digits = text.prefix { $0.isNumber || "+-.".contains($0) }
        let factors: [String: Double] = [
            "": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
            "Ki": 1_024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
            "Pi": 1_125_899_906_842_624, "Ei": 1_152_921_504_606_846_976,
        ]
        guard let number = Double(digits) ?? Double(text), number.isFinite else { return 0 }
        let factor = factors[String(text.dropFirst(digits.count))] ?? 1
        return Int64(exactly: (number * factor * scale).rounded(.up)) ?? .max / 4
    }
}
