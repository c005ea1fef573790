// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// Makes pods from the template of a workload.
enum PodTemplate {
    /// A pod that `owner` controls, from its `spec.template`, with `labels` beside those of the template. The `prefix` is
    /// the `generateName` from which the name was made, if any.
    static func pod(
        from template: JSON?,
        owner: KubeObject,
        name: String,
        prefix: String? = nil,
        labels: [String: String] = [:]
    ) -> JSON {
        var metadata: JSON = [
            "name": .string(name), "namespace": .string(owner.namespace),
            "ownerReferences": [OwnerReference.controller(owner)],
        ]
        if let prefix { metadata["generateName"] = .string(prefix) }
        for key in ["labels", "annotations", "finalizers"] { metadata[key] = template?["metadata"]?[key] }
        for (key, value) in labels { metadata[["labels", key]] = .string(value) }
        return [
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
            "spec": template?["spec"] ?? .object(JSONObject()),
        ]
    }

    /// The last part of a generated name: five characters that form no words.
    static func randomSuffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}

extension KubeObject {
    /// Whether a pod still counts as one of its workload's: it has not ended and is not being deleted.
    var isActivePod: Bool {
        let phase = json.string(at: "status", "phase")
        return !isBeingDeleted && phase != "Succeeded" && phase != "Failed"
    }

    var isReadyPod: Bool { json.hasCondition("Ready") }

    /// How long a pod must stay ready until it has been so for `seconds`: zero when it has, nil when it is not ready.
    func timeUntilAvailable(minReadySeconds seconds: Int64, now: ClusterTime) -> Duration? {
        guard isReadyPod else { return nil }
        let since = json.condition("Ready")?["lastTransitionTime"]?.string.flatMap { ClusterTime($0) } ?? now
        return .seconds(max(0, seconds - now.seconds(since: since)))
    }
}

/// How many of a workload's pods are in which state.
struct PodCounts {
    private(set) var total: Int64 = 0
    private(set) var ready: Int64 = 0
    private(set) var available: Int64 = 0
    /// When the next ready pod becomes available; nil when none has to wait.
    private(set) var nextAvailable: Duration?

    init(_ pods: [KubeObject], minReadySeconds: Int64, now: ClusterTime) {
        for pod in pods {
            total += 1
            guard let wait = pod.timeUntilAvailable(minReadySeconds: minReadySeconds, now: now) else { continue }
            ready += 1
            if wait == .zero { available += 1 } else { nextAvailable = min(nextAvailable ?? wait, wait) }
        }
    }
}

/// A count or a percentage, as `maxSurge` and `maxUnavailable` hold it.
enum CountOrPercent {
    /// The number of pods that a value stands for; percentages of `total` are rounded up or down.
    static func value(_ json: JSON?, of total: Int64, roundsUp: Bool, missing: Int64) -> Int64 {
        if let count = json?.int { return count }
        guard let text = json?.string, text.hasSuffix("%"), let percent = Int64(text.dropLast()) else { return missing }
        return (total * percent + (roundsUp ? 99 : 0)) / 100
    }
}
