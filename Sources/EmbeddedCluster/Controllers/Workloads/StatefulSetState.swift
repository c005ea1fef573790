// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// A StatefulSet with its pods, as one call of its controller sees them.
struct StatefulSetState {
    private let workload: KubeObject
    private let revisions: TemplateRevision
    /// The pods by number, also those that are being deleted.
    private var pods: [Int64: KubeObject] = [:]
    private let currentRevision: String

    init(_ workload: KubeObject, revisions: TemplateRevision, in context: ControllerContext) {
        self.workload = workload
        self.revisions = revisions
        let current = workload.status?["currentRevision"]?.string ?? ""
        currentRevision = current.isEmpty ? revisions.newest.name : current
        for pod in context.list(.pods, controlledBy: workload) {
            guard pod.name.hasPrefix("\(workload.name)-"),
                let number = Int64(pod.name.dropFirst(workload.name.count + 1))
            else { continue }
            pods[number] = pod
        }
    }

    private var start: Int64 { workload.json.int(at: "spec", "ordinals", "start") ?? 0 }
    private var wanted: Range<Int64> { start..<(start + max(0, workload.replicas)) }
    private var isParallel: Bool { workload.spec?["podManagementPolicy"]?.string == "Parallel" }
    private var minReadySeconds: Int64 { workload.spec?["minReadySeconds"]?.int ?? 0 }

    private var partition: Int64 {
        workload.json.int(at: "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0
    }

    /// The names of the revisions that pods or the status still need.
    var usedRevisions: Set<String> { Set(pods.values.map(revision) + [currentRevision]) }

    private func revision(of pod: KubeObject) -> String {
        pod.label(TemplateRevision.hashKey) ?? ""
    }

    /// One step: replace ended pods, create missing ones in order, delete surplus ones from the top, then update.
    mutating func step(in context: ControllerContext) throws(StatusError) {
        for number in wanted {
            guard let pod = pods[number] else {
                try create(number, in: context)
                if isParallel { continue }
                return
            }
            if ["Succeeded", "Failed"].contains(pod.json.string(at: "status", "phase")), !pod.isBeingDeleted {
                return try delete(pod, in: context)
            }
            if !isParallel, pod.isBeingDeleted || !pod.isReadyPod { return try replaceStuck(pod, number, in: context) }
        }
        for number in pods.keys.filter({ !wanted.contains($0) }).sorted(by: >) {
            guard let pod = pods[number] else { continue }
            if !pod.isBeingDeleted { try delete(pod, in: context) }
            if !isParallel { return }
        }
        try update(in: context)
    }

    /// A pod of an old revision that never became ready holds up all: the real controller waits for a person, and so does
    /// this one, unless the pod has not been started at all.
    private func replaceStuck(_ pod: KubeObject, _ number: Int64, in context: ControllerContext) throws(StatusError) {
        guard !pod.isBeingDeleted, number >= partition, isRolling, revision(of: pod) != revisions.newest.name,
            pod.json.string(at: "status", "phase") == "Pending", pod.spec?["nodeName"] == nil
        else { return }
        try delete(pod, in: context)
    }

    private var isRolling: Bool { workload.json.string(at: "spec", "updateStrategy", "type") != "OnDelete" }

    /// Deletes the highest pod of an old revision, when all above it are updated and ready.
    private func update(in context: ControllerContext) throws(StatusError) {
        guard isRolling else { return }
        for number in wanted.reversed() where number >= partition {
            guard let pod = pods[number] else { return }
            if revision(of: pod) != revisions.newest.name {
                if !pod.isBeingDeleted { try delete(pod, in: context) }
                return
            }
            if pod.isBeingDeleted || !pod.isReadyPod { return }
        }
    }

    private func create(_ number: Int64, in context: ControllerContext) throws(StatusError) {
        let isOld = number < partition && isRolling
        let name = isOld ? currentRevision : revisions.newest.name
        let template = revisions.template(named: name) ?? workload.spec?["template"]
        let podName = "\(workload.name)-\(number)"
        var pod = PodTemplate.pod(
            from: template,
            owner: workload,
            name: podName,
            labels: [
                "statefulset.kubernetes.io/pod-name": podName, "apps.kubernetes.io/pod-index": String(number),
                TemplateRevision.hashKey: name,
            ]
        )
        pod[["spec", "hostname"]] = .string(podName)
        if let service = workload.spec?["serviceName"]?.string, !service.isEmpty {
            pod[["spec", "subdomain"]] = .string(service)
        }
        try createClaims(podName, &pod, in: context)
        try context.client.create(pod)
        let message = "create Pod \(podName) in StatefulSet \(workload.name) successful"
        context.recorder.record("SuccessfulCreate", message, about: workload, from: .statefulSet, at: context.now)
    }

    /// Makes the claims of `volumeClaimTemplates` and lets the pod mount them.
    private func createClaims(
        _ podName: String,
        _ pod: inout JSON,
        in context: ControllerContext
    ) throws(StatusError) {
        var volumes = pod.items(at: "spec", "volumes")
        for template in workload.json.items(at: "spec", "volumeClaimTemplates") {
            let volume = template.string(at: "metadata", "name") ?? ""
            let name = "\(volume)-\(podName)"
            volumes.removeAll { $0["name"]?.string == volume }
            volumes.append(["name": .string(volume), "persistentVolumeClaim": ["claimName": .string(name)]])
            guard context.object(.claims, workload.namespace, name) == nil else { continue }
            var claim = template
            claim["apiVersion"] = "v1"
            claim["kind"] = "PersistentVolumeClaim"
            claim["status"] = nil
            claim[["metadata", "name"]] = .string(name)
            claim[["metadata", "namespace"]] = .string(workload.namespace)
            for label in workload.json.members(at: "spec", "selector", "matchLabels") {
                claim[["metadata", "labels", label.key]] = label.value
            }
            try context.client.create(claim)
        }
        if !volumes.isEmpty { pod[["spec", "volumes"]] = .array(volumes) }
    }

    private func delete(_ pod: KubeObject, in context: ControllerContext) throws(StatusError) {
        try context.client.delete(ControllerResource.pods.key(pod.namespace, pod.name), uid: pod.uid)
        let message = "delete Pod \(pod.name) in StatefulSet \(workload.name) successful"
        context.recorder.record("SuccessfulDelete", message, about: workload, from: .statefulSet, at: context.now)
    }

    /// Writes the status; returns when a pod's availability should be looked at again.
    func writeStatus(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        let all = Array(pods.values)
        let counts = PodCounts(all, minReadySeconds: minReadySeconds, now: context.now)
        let alive = all.filter { !$0.isBeingDeleted }
        let newest = revisions.newest.name
        let updated = Int64(alive.count { revision(of: $0) == newest })
        var current = currentRevision
        if isRolling, updated == counts.total, counts.ready == counts.total, counts.total == Int64(wanted.count) {
            current = newest
        }
        let inCurrent = Int64(alive.count { revision(of: $0) == current })
        try context.updateStatus(key) { status in
            status["observedGeneration"] = workload.generation.map { .int($0) }
            status["replicas"] = .int(counts.total)
            status.setCount("readyReplicas", counts.ready)
            status["availableReplicas"] = .int(counts.available)
            status.setCount("currentReplicas", inCurrent)
            status.setCount("updatedReplicas", updated)
            status["currentRevision"] = .string(current)
            status["updateRevision"] = .string(newest)
            if status["collisionCount"] == nil { status["collisionCount"] = 0 }
        }
        return counts.nextAvailable
    }
}
