// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Which object's history is asked for: the `KIND/NAME` of `sternpost history KIND/NAME`.
package struct ObjectQuery: Sendable, Hashable {
    /// Compared without regard to case.
    package let kind: String
    /// Nil matches every group.
    package let group: String?
    package let name: String
    /// Nil matches every namespace.
    package let namespace: String?

    package init(kind: String, group: String? = nil, name: String, namespace: String? = nil) {
        self.kind = kind
        self.group = group
        self.name = name
        self.namespace = namespace
    }

    /// Reads `Deployment/web`, `deployments.apps/web` or kubectl's short `deploy/web`.
    ///
    /// - Throws: ``RecordError`` with reason `invalidQuery` when there is not exactly one slash with text on both sides.
    package init(parsing text: String, namespace: String? = nil) throws(RecordError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].hasPrefix("."), !parts[1].isEmpty else {
            throw RecordError(.invalidQuery, "\"\(text)\"", "is no KIND/NAME; write it as in Deployment/web")
        }
        let dotted = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let word = dotted[0].lowercased()
        kind = Self.kinds[word] ?? String(dotted[0])
        group = dotted.count == 2 ? String(dotted[1]) : nil
        name = String(parts[1])
        self.namespace = namespace
    }

    /// The kind's spellings that may stand in the history: as given and, for a plural, in the singular.
    package var kindSpellings: [String] {
        var spellings = [kind]
        if kind.hasSuffix("ies") { spellings.append(kind.dropLast(3) + "y") }
        if kind.hasSuffix("ses") || kind.hasSuffix("xes") { spellings.append(String(kind.dropLast(2))) }
        if kind.hasSuffix("s") { spellings.append(String(kind.dropLast())) }
        return spellings
    }

    /// Whether it asks for this object.
    package func matches(_ id: ObjectID) -> Bool {
        kindSpellings.contains { $0.lowercased() == id.kind.lowercased() } && name == id.name
            && (group == nil || group == id.group) && (namespace == nil || namespace == id.namespace)
    }

    /// kubectl's short names of the built-in kinds.
    private static let kinds = [
        "cj": "CronJob", "cm": "ConfigMap", "crd": "CustomResourceDefinition", "deploy": "Deployment",
        "ds": "DaemonSet", "ep": "Endpoints", "hpa": "HorizontalPodAutoscaler", "ing": "Ingress",
        "netpol": "NetworkPolicy", "ns": "Namespace", "pdb": "PodDisruptionBudget", "po": "Pod",
        "pv": "PersistentVolume", "pvc": "PersistentVolumeClaim", "rs": "ReplicaSet", "sa": "ServiceAccount",
        "sc": "StorageClass", "sts": "StatefulSet", "svc": "Service",
    ]
}
