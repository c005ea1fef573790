// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Keeps one pod of a DaemonSet on every node that it selects, and its status.
struct DaemonSetReconciler: Reconciler {
    let watched = [
        ControllerResource.daemonSets.groupResource, ControllerResource.pods.groupResource,
        ControllerResource.nodes.groupResource,
    ]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        switch event.key.resource {
        case ControllerResource.daemonSets.groupResource: return [event.key]
        case ControllerResource.nodes.groupResource:
            guard event.object.labels != event.previous?.labels || event.change != .modified else { return [] }
            return context.list(.daemonSets).map { ControllerResource.daemonSets.key($0.namespace, $0.name) }
        default:
            let owner = event.object.controllerReference ?? event.previous?.controllerReference
            guard let owner, owner.gvk.kind == "DaemonSet" else { return [] }
            return [ControllerResource.daemonSets.key(event.key.namespace, owner.name)]
        }
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let set = context.client.object(key) else { return nil }
        try Adoption.adopt(.pods, by: set, in: context)
        let revisions = try TemplateRevision(of: set, in: context)
        let nodes = context.list(.nodes).filter { isSelected($0, by: set) }
        if !set.isBeingDeleted {
            try step(set, nodes: nodes, revisions: revisions, in: context)
            let used = Set(context.list(.pods, controlledBy: set).map { "\(set.name)-\(revision(of: $0))" })
            try revisions.forgetOld(of: set, keeping: used, in: context)
        }
        return try writeStatus(of: set, key, nodes: nodes, revisions: revisions, in: context)
    }

    private func isSelected(_ node: KubeObject, by set: KubeObject) -> Bool {
        Placement(podSpec: set.spec?["template"]?["spec"]).selects(node)
    }

    private func revision(of pod: KubeObject) -> String { pod.label(TemplateRevision.hashKey) ?? "" }

    private func hash(_ revisions: TemplateRevision) -> String {
        revisions.newest.label(TemplateRevision.hashKey) ?? ""
    }

    /// The node for which a pod was made: its own, or the one that its affinity names.
    private func nodeName(of pod: KubeObject) -> String? {
        pod.spec?["nodeName"]?.string ?? Placement(podSpec: pod.spec).namedNode
    }

    private func step(
        _ set: KubeObject,
        nodes: [KubeObject],
        revisions: TemplateRevision,
        in context: ControllerContext
    ) throws(StatusError) {
        let pods = context.list(.pods, controlledBy: set)
        let names = Set(nodes.map(\.name))
        let minReady = set.spec?["minReadySeconds"]?.int ?? 0
        var outdated: [KubeObject] = []
        var unavailable: Int64 = 0
        for pod in pods where !pod.isBeingDeleted {
            let isEnded = ["Succeeded", "Failed"].contains(pod.json.string(at: "status", "phase"))
            if isEnded || !names.contains(nodeName(of: pod) ?? "") {
                try delete(pod, of: set, in: context)
            } else if revision(of: pod) != hash(revisions) {
                outdated.append(pod)
            }
        }
        for node in nodes {
            let own = pods.filter { nodeName(of: $0) == node.name }
            if own.isEmpty { try create(set, on: node, revisions: revisions, in: context) }
            let isAvailable = own.contains { pod in
                !pod.isBeingDeleted && pod.timeUntilAvailable(minReadySeconds: minReady, now: context.now) == .zero
            }
            if !isAvailable { unavailable += 1 }
        }
        guard set.json.string(at: "spec", "updateStrategy", "type") != "OnDelete" else { return }
        let rolling = set.json["spec"]?["updateStrategy"]?["rollingUpdate"]
        let limit = max(
            1,
            CountOrPercent.value(
                rolling?["maxUnavailable"],
                of: Int64(nodes.count),
                roundsUp: true,
                missing: 1
            )
        )
        let broken = outdated.filter { !$0.isReadyPod }
        for pod in broken { try delete(pod, of: set, in: context) }
        for pod in outdated.filter(\.isReadyPod).prefix(Int(max(0, limit - unavailable))) {
            try delete(pod, of: set, in: context)
        }
    }

    private func create(
        _ set: KubeObject,
        on node: KubeObject,
        revisions: TemplateRevision,
        in context: ControllerContext
    ) throws(StatusError) {
        let prefix = "\(set.name)-"
        let name = prefix + PodTemplate.randomSuffix()
        var pod = PodTemplate.pod(
            from: set.spec?["template"],
            owner: set,
            name: name,
            prefix: prefix,
            labels: [
                TemplateRevision.hashKey: hash(revisions),
                "pod-template-generation": String(set.generation ?? 1),
            ]
        )
        Placement.pin(&pod, to: node.name)
        try context.client.create(pod)
        context.recorder.record(
            "SuccessfulCreate",
            "Created pod: \(name)",
            about: set,
            from: .daemonSet,
            at: context.now
        )
    }

    private func delete(_ pod: KubeObject, of set: KubeObject, in context: ControllerContext) throws(StatusError) {
        try context.client.delete(ControllerResource.pods.key(pod.namespace, pod.name), uid: pod.uid)
        let message = "Deleted pod: \(pod.name)"
        context.recorder.record("SuccessfulDelete", message, about: set, from: .daemonSet, at: context.now)
    }

    private func writeStatus(
        of set: KubeObject,
        _ key: ObjectKey,
        nodes: [KubeObject],
        revisions: TemplateRevision,
        in context: ControllerContext
    ) throws(StatusError) -> Duration? {
        let pods = context.list(.pods, controlledBy: set).filter { !$0.isBeingDeleted }
        let names = Set(nodes.map(\.name))
        let placed = pods.filter { names.contains(nodeName(of: $0) ?? "") }
        let counts = PodCounts(placed, minReadySeconds: set.spec?["minReadySeconds"]?.int ?? 0, now: context.now)
        let updated = Int64(placed.count { revision(of: $0) == hash(revisions) })
        let desired = Int64(nodes.count)
        try context.updateStatus(key) { status in
            status["desiredNumberScheduled"] = .int(desired)
            status["currentNumberScheduled"] = .int(counts.total)
            status["numberMisscheduled"] = .int(Int64(pods.count) - counts.total)
            status["numberReady"] = .int(counts.ready)
            status.setCount("updatedNumberScheduled", updated)
            status.setCount("numberAvailable", counts.available)
            status.setCount("numberUnavailable", max(0, desired - counts.available))
            status["observedGeneration"] = set.generation.map { .int($0) }
        }
        return counts.nextAvailable
    }
}
