// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

extension Rollout {
    /// A step of a rolling update: more new pods as far as the surge allows, fewer old ones as far as enough are available.
    func roll(in context: ControllerContext) throws(StatusError) {
        guard let newest else { return }
        let present = newest.replicas
        let total = all.map(\.replicas).reduce(0, +)
        if present > wanted {
            try scale(newest, to: wanted, in: context)
        } else if present < wanted {
            let room = max(0, wanted + maxSurge - total)
            try scale(newest, to: present + min(room, wanted - present), in: context)
        } else {
            try scale(newest, to: present, in: context)
        }
        try scaleDownOld(in: context)
    }

    private func scaleDownOld(in context: ControllerContext) throws(StatusError) {
        let active = old.filter { $0.replicas > 0 }
        guard !active.isEmpty, let key = newest.map({ ControllerResource.replicaSets.key($0.namespace, $0.name) }),
            let newest = context.client.object(key)
        else { return }
        let minimum = wanted - maxUnavailable
        let newUnavailable = newest.replicas - newest.availableReplicas
        let total = active.map(\.replicas).reduce(newest.replicas, +)
        var room = total - minimum - newUnavailable
        guard room > 0 else { return }
        var remaining: [(set: KubeObject, replicas: Int64)] = []
        for set in active {
            let unhealthy = min(max(0, set.replicas - set.availableReplicas), room)
            room -= unhealthy
            remaining.append((set, set.replicas - unhealthy))
        }
        var spare = active.map(\.availableReplicas).reduce(newest.availableReplicas, +) - minimum
        for (set, replicas) in remaining {
            let count = min(replicas, max(0, spare), max(0, room))
            spare -= count
            room -= count
            try scale(set, to: replicas - count, in: context)
        }
    }

    /// All old pods go before the first new one comes.
    func recreate(in context: ControllerContext) throws(StatusError) {
        for set in old where set.replicas > 0 { try scale(set, to: 0, in: context) }
        let uids = Set(old.compactMap(\.uid))
        let hasOldPods = context.list(.pods, in: deployment.namespace).contains { pod in
            guard let owner = pod.controllerReference?.uid, uids.contains(owner) else { return false }
            return !["Succeeded", "Failed"].contains(pod.json.string(at: "status", "phase"))
        }
        guard !hasOldPods, let newest else { return }
        try scale(newest, to: wanted, in: context)
    }

    /// Of a paused Deployment: only its one active ReplicaSet follows the replica count.
    func scaleOnlyActive(in context: ControllerContext) throws(StatusError) {
        let active = all.filter { $0.replicas > 0 }
        guard active.count <= 1, let set = active.first ?? newest else { return }
        try scale(set, to: wanted, in: context)
    }

    /// Sets a ReplicaSet's count and the annotations that go with it.
    private func scale(_ set: KubeObject, to count: Int64, in context: ControllerContext) throws(StatusError) {
        let before = set.replicas
        let desired = ["metadata", "annotations", "deployment.kubernetes.io/desired-replicas"]
        let most = ["metadata", "annotations", "deployment.kubernetes.io/max-replicas"]
        let (wanted, limit) = (wanted, wanted + maxSurge)
        try context.client.mutate(ControllerResource.replicaSets.key(set.namespace, set.name)) { json in
            json[["spec", "replicas"]] = .int(count)
            json[desired] = .string(String(wanted))
            json[most] = .string(String(limit))
        }
        guard count != before else { return }
        let direction = count > before ? "up" : "down"
        context.recorder.record(
            "ScalingReplicaSet",
            "Scaled \(direction) replica set \(set.name) from \(before) to \(count)",
            about: deployment,
            from: .deployment,
            at: context.now
        )
    }
}

extension KubeObject {
    /// `spec.replicas`; 1 when absent.
    var replicas: Int64 { spec?["replicas"]?.int ?? 1 }
    /// `status.availableReplicas`; 0 when absent.
    var availableReplicas: Int64 { status?["availableReplicas"]?.int ?? 0 }
}
