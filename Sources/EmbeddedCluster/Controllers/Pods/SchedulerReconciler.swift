// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Binds pods to the node, or says why it cannot.
struct SchedulerReconciler: Reconciler {
    let watched = [ControllerResource.pods.groupResource, ControllerResource.nodes.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        if event.key.resource == ControllerResource.nodes.groupResource {
            let isSame = event.object.spec == event.previous?.spec && event.object.labels == event.previous?.labels
            return isSame ? [] : waiting(in: context)
        }
        // Room that a pod leaves may be what others wait for.
        if event.change == .deleted { return waiting(in: context) }
        return event.object.spec?["nodeName"] == nil ? [event.key] : []
    }

    private func waiting(in context: ControllerContext) -> [ObjectKey] {
        context.list(.pods).filter { $0.spec?["nodeName"] == nil }
            .map { ControllerResource.pods.key($0.namespace, $0.name) }
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let pod = context.client.object(key), pod.spec?["nodeName"] == nil, pod.isActivePod,
            (pod.spec?["schedulingGates"]?.array ?? []).isEmpty,
            ["default-scheduler", nil].contains(pod.spec?["schedulerName"]?.string)
        else { return nil }
        let placement = Placement(podSpec: pod.spec)
        var obstacles: [String: Int] = [:]
        let nodes = context.list(.nodes)
        for node in nodes {
            guard let obstacle = placement.obstacle(on: node, used: used(on: node, in: context)) else {
                return bind(pod, key, to: node, in: context)
            }
            obstacles[obstacle, default: 0] += 1
        }
        try refuse(pod, key, nodes: nodes.count, obstacles, in: context)
        return nil
    }

    private func used(on node: KubeObject, in context: ControllerContext) -> ComputeResources {
        var sum = ComputeResources()
        for pod in context.list(.pods) where pod.spec?["nodeName"]?.string == node.name {
            guard !["Succeeded", "Failed"].contains(pod.json.string(at: "status", "phase")) else { continue }
            sum.add(ComputeResources(podSpec: pod.spec))
        }
        return sum
    }

    /// Writes what the `binding` subresource writes; it keeps no record of field owners.
    private func bind(
        _ pod: KubeObject,
        _ key: ObjectKey,
        to node: KubeObject,
        in context: ControllerContext
    ) -> Duration? {
        var bound = pod
        bound.json[["spec", "nodeName"]] = .string(node.name)
        var conditions = Conditions(of: pod.status, now: context.now)
        conditions.set("PodScheduled", "True")
        bound.json[["status", "conditions"]] = .array(conditions.list)
        do throws(StoreError) {
            try context.client.store.replace(pod, with: bound, at: key)
        } catch {
            // The pod changed or went meanwhile; its event brings it here again.
            return nil
        }
        context.recorder.record(
            "Scheduled",
            "Successfully assigned \(pod.namespace)/\(pod.name) to \(node.name)",
            about: pod,
            from: .scheduler,
            at: context.now
        )
        return nil
    }

    private func refuse(
        _ pod: KubeObject,
        _ key: ObjectKey,
        nodes: Int,
        _ obstacles: [String: Int],
        in context: ControllerContext
    ) throws(StatusError) {
        let causes = obstacles.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        let tail =
            "preemption: 0/\(nodes) nodes are available: "
            + "\(nodes) Preemption is not helpful for scheduling."
        let message =
            nodes == 0 ? "no nodes available to schedule pods" : "0/\(nodes) nodes are available: \(causes). \(tail)"
        try context.client.acting(as: "kube-scheduler").mutate(key, subresource: "status") { object in
            var conditions = Conditions(of: object["status"], now: context.now)
            conditions.update("PodScheduled", "False", reason: "Unschedulable", message: message)
            object[["status", "conditions"]] = .array(conditions.list)
        }
        guard pod.json.condition("PodScheduled")?["message"]?.string != message else { return }
        context.recorder.record(
            "FailedScheduling",
            message,
            about: pod,
            from: .scheduler,
            at: context.now,
            isWarning: true
        )
    }
}
