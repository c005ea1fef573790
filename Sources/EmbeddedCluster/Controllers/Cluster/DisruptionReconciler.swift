// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Keeps the status of PodDisruptionBudgets.
struct DisruptionReconciler: Reconciler {
    let watched = [ControllerResource.disruptionBudgets.groupResource, ControllerResource.pods.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        guard event.key.resource == ControllerResource.pods.groupResource else { return [event.key] }
        return context.list(.disruptionBudgets, in: event.key.namespace)
            .filter { PodSelector($0.spec?["selector"]).matches(event.object.labels) }
            .map { ControllerResource.disruptionBudgets.key($0.namespace, $0.name) }
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let budget = context.client.object(key), !budget.isBeingDeleted else { return nil }
        let selector = PodSelector(budget.spec?["selector"])
        let pods = context.list(.pods, in: key.namespace).filter { $0.isActivePod && selector.matches($0.labels) }
        let healthy = Int64(pods.count(where: \.isReadyPod))
        let expected = expectedPods(pods, budget, in: context)
        var desired: Int64
        if let most = budget.spec?["maxUnavailable"] {
            desired = max(0, expected - CountOrPercent.value(most, of: expected, roundsUp: true, missing: 0))
        } else {
            let least = budget.spec?["minAvailable"]
            desired = CountOrPercent.value(least, of: expected, roundsUp: true, missing: 1)
        }
        if budget.spec?["maxUnavailable"] == nil, budget.spec?["minAvailable"] == nil { desired = 1 }
        let allowed = max(0, healthy - desired)
        try context.updateStatus(key) { status in
            var conditions = Conditions(of: status, now: context.now)
            let isAllowed = allowed > 0
            conditions.update(
                "DisruptionAllowed",
                isAllowed ? "True" : "False",
                reason: isAllowed ? "SufficientPods" : "InsufficientPods"
            )
            status["currentHealthy"] = .int(healthy)
            status["desiredHealthy"] = .int(desired)
            status["disruptionsAllowed"] = .int(allowed)
            status["expectedPods"] = .int(expected)
            status["observedGeneration"] = budget.generation.map { .int($0) }
            status.setConditions(conditions)
        }
        return nil
    }

    /// The pods that the controllers of the selected pods want; of a plain `minAvailable` count the pods there are.
    private func expectedPods(_ pods: [KubeObject], _ budget: KubeObject, in context: ControllerContext) -> Int64 {
        if budget.spec?["minAvailable"]?.int != nil { return Int64(pods.count) }
        var expected: [String: Int64] = [:]
        for pod in pods {
            guard let owner = pod.controllerReference else { continue }
            let resources = ["ReplicaSet": ControllerResource.replicaSets, "StatefulSet": .statefulSets]
            let object = resources[owner.gvk.kind].flatMap { context.object($0, pod.namespace, owner.name) }
            if let object { expected[owner.uid] = object.replicas }
        }
        return expected.isEmpty ? Int64(pods.count) : expected.values.reduce(0, +)
    }
}
