// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

extension TableFormat {
    static let autoscaler = TableFormat([
        .name, .text("Reference", "The workload that is scaled."),
        .text("Targets", "The metrics, each with its present and its wanted value."),
        .text("MinPods", "The fewest pods."), .text("MaxPods", "The most pods."),
        .text("Replicas", "How many pods there are."), .age,
    ]) { autoscaler, now in
        let target = autoscaler[["spec", "scaleTargetRef"]]
        let metrics = autoscaler.items(at: "spec", "metrics")
        let current = autoscaler.items(at: "status", "currentMetrics")
        return [
            .nameCell(autoscaler), .string("\(target?["kind"]?.string ?? "")/\(target?["name"]?.string ?? "")"),
            .string(metricsText(metrics, current)), autoscaler.cell(at: "spec", "minReplicas", orElse: "<unset>"),
            autoscaler.count(at: "spec", "maxReplicas"), autoscaler.count(at: "status", "currentReplicas"),
            .ageCell(autoscaler, now),
        ]
    }

    private static func metricsText(_ metrics: [JSON], _ current: [JSON]) -> String {
        if metrics.isEmpty { return "<none>" }
        let texts = metrics.enumerated().map { index, metric in
            metricText(metric, index < current.count ? current[index] : nil)
        }
        let head = texts.prefix(2).joined(separator: ", ")
        return texts.count > 2 ? "\(head) + \(texts.count - 2) more..." : head
    }

    /// `cpu: 40%/80%`, `cpu: 100m/200m`, `10/20 (avg)`, `10/20`.
    private static func metricText(_ metric: JSON, _ status: JSON?) -> String {
        let types = [
            "Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object",
            "External": "external",
        ]
        guard let key = types[metric["type"]?.string ?? ""], let source = metric[key] else { return "<unknown type>" }
        let (target, current) = (source["target"], status?[key]?["current"])
        let isResource = key == "resource" || key == "containerResource"
        let name = isResource ? "\(source["name"]?.string ?? ""): " : ""
        if let wanted = target?["averageValue"]?.scalarText {
            let suffix = isResource || key == "pods" ? "" : " (avg)"
            return "\(name)\(current?["averageValue"]?.scalarText ?? "<unknown>")/\(wanted)\(suffix)"
        }
        if isResource {
            func percent(_ value: JSON?, _ missing: String) -> String {
                value?["averageUtilization"]?.int.map { "\($0)%" } ?? missing
            }
            return "\(name)\(percent(current, "<unknown>"))/\(percent(target, "<auto>"))"
        }
        return "\(current?["value"]?.scalarText ?? "<unknown>")/\(target?["value"]?.scalarText ?? "")"
    }
}
