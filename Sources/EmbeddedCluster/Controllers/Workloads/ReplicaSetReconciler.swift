// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Keeps as many pods as a ReplicaSet asks for, and its status.
struct ReplicaSetReconciler: Reconciler {
    /// Pods made or deleted in one call; the rest follows in the next.
    private static let burst: Int64 = 500

    let watched = [ControllerResource.replicaSets.groupResource, ControllerResource.pods.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        guard event.key.resource == ControllerResource.pods.groupResource else { return [event.key] }
        let namespace = event.key.namespace
        let owners = [event.object, event.previous].compactMap { $0?.controllerReference }
            .filter { $0.gvk.kind == "ReplicaSet" }
        if !owners.isEmpty { return Set(owners).map { ControllerResource.replicaSets.key(namespace, $0.name) } }
        guard event.change != .deleted, event.object.controllerReference == nil else { return [] }
        return context.list(.replicaSets, in: namespace)
            .filter { PodSelector($0.spec?["selector"]).matches(event.object.labels) }
            .map { ControllerResource.replicaSets.key(namespace, $0.name) }
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let set = context.client.object(key) else { return nil }
        try Adoption.adopt(.pods, by: set, in: context)
        let pods = context.list(.pods, controlledBy: set).filter(\.isActivePod)
        var failure: StatusError?
        if !set.isBeingDeleted {
            do throws(StatusError) {
                try scale(set, pods, in: context)
            } catch {
                failure = error
            }
        }
        let current = context.list(.pods, controlledBy: set).filter(\.isActivePod)
        let wait = try updateStatus(of: set, key, current, failure: failure, in: context)
        if let failure { throw failure }
        return wait
    }

    private func scale(_ set: KubeObject, _ pods: [KubeObject], in context: ControllerContext) throws(StatusError) {
        let wanted = set.spec?["replicas"]?.int ?? 1
        let difference = wanted - Int64(pods.count)
        if difference > 0 {
            for _ in 0..<min(difference, ReplicaSetReconciler.burst) { try createPod(of: set, in: context) }
        } else if difference < 0 {
            for pod in ReplicaSetReconciler.deletionOrder(pods).prefix(Int(-difference)) {
                try context.client.delete(ControllerResource.pods.key(pod.namespace, pod.name), uid: pod.uid)
                context.recorder.record(
                    "SuccessfulDelete",
                    "Deleted pod: \(pod.name)",
                    about: set,
                    from: .replicaSet,
                    at: context.now
                )
            }
        }
    }

    private func createPod(of set: KubeObject, in context: ControllerContext) throws(StatusError) {
        let prefix = "\(set.name)-"
        let name = prefix + PodTemplate.randomSuffix()
        let pod = PodTemplate.pod(from: set.spec?["template"], owner: set, name: name, prefix: prefix)
        do throws(StatusError) {
            try context.client.create(pod)
        } catch {
            context.recorder.record(
                "FailedCreate",
                "Error creating: \(error.message)",
                about: set,
                from: .replicaSet,
                at: context.now,
                isWarning: true
            )
            throw error
        }
        context.recorder.record(
            "SuccessfulCreate",
            "Created pod: \(name)",
            about: set,
            from: .replicaSet,
            at: context.now
        )
    }

    /// Pods without a node first, then those that are not ready, then the newest.
    static func deletionOrder(_ pods: [KubeObject]) -> [KubeObject] {
        func rank(_ pod: KubeObject) -> Int {
            if pod.spec?["nodeName"] == nil { return 0 }
            if pod.json.string(at: "status", "phase") == "Pending" { return 1 }
            return pod.isReadyPod ? 3 : 2
        }
        return pods.sorted { left, right in
            if rank(left) != rank(right) { return rank(left) < rank(right) }
            return (left.created, left.name) > (right.created, right.name)
        }
    }

    private func updateStatus(
        of set: KubeObject,
        _ key: ObjectKey,
        _ pods: [KubeObject],
        failure: StatusError?,
        in context: ControllerContext
    ) throws(StatusError) -> Duration? {
        let counts = PodCounts(pods, minReadySeconds: set.spec?["minReadySeconds"]?.int ?? 0, now: context.now)
        let templateLabels = set.json.members(at: "spec", "template", "metadata", "labels")
        let labelled = pods.filter { pod in templateLabels.allSatisfy { pod.labels[$0.key] == $0.value } }
        var conditions = Conditions(of: set.status, now: context.now)
        if let failure {
            conditions.set("ReplicaFailure", "True", reason: "FailedCreate", message: failure.message)
        } else {
            conditions.remove("ReplicaFailure")
        }
        try context.updateStatus(key) { status in
            status["replicas"] = .int(counts.total)
            status.setCount("fullyLabeledReplicas", Int64(labelled.count))
            status.setCount("readyReplicas", counts.ready)
            status.setCount("availableReplicas", counts.available)
            status["observedGeneration"] = set.generation.map { .int($0) }
            status.setConditions(conditions)
        }
        return counts.nextAvailable
    }
}
