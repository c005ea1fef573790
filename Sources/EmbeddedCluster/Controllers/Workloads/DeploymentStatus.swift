// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// The status that the deployment controller writes: counts, and the conditions `Available`, `Progressing` and
/// `ReplicaFailure`.
struct DeploymentStatus {
    private let rollout: Rollout
    private var deployment: KubeObject { rollout.deployment }

    init(_ rollout: Rollout) { self.rollout = rollout }

    private struct Counts {
        let replicas: Int64
        let updated: Int64
        let ready: Int64
        let available: Int64
        let unavailable: Int64

        init(_ rollout: Rollout) {
            func sum(_ key: String, _ sets: [KubeObject]) -> Int64 {
                sets.map { $0.status?[key]?.int ?? 0 }.reduce(0, +)
            }
            replicas = sum("replicas", rollout.all)
            updated = sum("replicas", rollout.newest.map { [$0] } ?? [])
            ready = sum("readyReplicas", rollout.all)
            available = sum("availableReplicas", rollout.all)
            unavailable = max(0, rollout.all.map(\.replicas).reduce(0, +) - available)
        }

        /// The counts of the stored status.
        init(of status: JSON?) {
            replicas = status?["replicas"]?.int ?? 0
            updated = status?["updatedReplicas"]?.int ?? 0
            ready = status?["readyReplicas"]?.int ?? 0
            available = status?["availableReplicas"]?.int ?? 0
            unavailable = status?["unavailableReplicas"]?.int ?? 0
        }
    }

    /// Writes the status; returns when the progress deadline should be looked at again.
    func write(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        let counts = Counts(rollout)
        var conditions = Conditions(of: deployment.status, now: context.now, secondTime: "lastUpdateTime")
        setAvailable(&conditions, counts)
        setReplicaFailure(&conditions)
        let wait = setProgressing(&conditions, counts, in: context)
        try context.updateStatus(key) { status in
            status["observedGeneration"] = deployment.generation.map { .int($0) }
            status.setCount("replicas", counts.replicas)
            status.setCount("updatedReplicas", counts.updated)
            status.setCount("readyReplicas", counts.ready)
            status.setCount("availableReplicas", counts.available)
            status.setCount("unavailableReplicas", counts.unavailable)
            status.setConditions(conditions)
        }
        return wait
    }

    private func setAvailable(_ conditions: inout Conditions, _ counts: Counts) {
        if counts.available >= rollout.wanted - rollout.maxUnavailable {
            let message = "Deployment has minimum availability."
            conditions.set("Available", "True", reason: "MinimumReplicasAvailable", message: message)
        } else {
            let message = "Deployment does not have minimum availability."
            conditions.set("Available", "False", reason: "MinimumReplicasUnavailable", message: message)
        }
    }

    private func setReplicaFailure(_ conditions: inout Conditions) {
        let failing = ([rollout.newest].compactMap(\.self) + rollout.old.reversed()).lazy
            .compactMap { $0.json.condition("ReplicaFailure") }.first
        guard let failing else { return conditions.remove("ReplicaFailure") }
        conditions.set(
            "ReplicaFailure",
            failing["status"]?.string ?? "True",
            reason: failing["reason"]?.string ?? "",
            message: failing["message"]?.string ?? ""
        )
    }

    private func setProgressing(
        _ conditions: inout Conditions,
        _ counts: Counts,
        in context: ControllerContext
    ) -> Duration? {
        guard let deadline = deployment.spec?["progressDeadlineSeconds"]?.int, deadline != Int64(Int32.max) else {
            conditions.remove("Progressing")
            return nil
        }
        if deployment.spec?["paused"]?.bool == true {
            markPaused(&conditions)
            return nil
        }
        markNewest(&conditions)
        let subject = rollout.newest.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(deployment.name)\""
        let isSettled = conditions["Progressing"]?["reason"]?.string == "NewReplicaSetAvailable"
        if isSettled, counts.replicas == counts.updated { return nil }
        if isComplete(counts) {
            let message = "\(subject) has successfully progressed."
            conditions.set("Progressing", "True", reason: "NewReplicaSetAvailable", message: message)
            return nil
        }
        if isProgressing(counts) {
            conditions.update("Progressing", "True", reason: "ReplicaSetUpdated", message: "\(subject) is progressing.")
            conditions.touch("Progressing")
        }
        guard !isSettled else { return nil }
        return markTimeout(&conditions, subject: subject, deadline: deadline, now: context.now)
    }

    private func markPaused(_ conditions: inout Conditions) {
        let reason = conditions["Progressing"]?["reason"]?.string
        guard reason != "ProgressDeadlineExceeded", reason != "DeploymentPaused" else { return }
        conditions.set("Progressing", "Unknown", reason: "DeploymentPaused", message: "Deployment is paused")
    }

    private func markNewest(_ conditions: inout Conditions) {
        if conditions["Progressing"]?["reason"]?.string == "DeploymentPaused" {
            conditions.set("Progressing", "Unknown", reason: "DeploymentResumed", message: "Deployment is resumed")
        }
        switch rollout.progress {
        case .created(let name):
            let message = "Created new replica set \"\(name)\""
            conditions.set("Progressing", "True", reason: "NewReplicaSetCreated", message: message)
        case .found(let name) where conditions["Progressing"] == nil:
            let message = "Found new replica set \"\(name)\""
            conditions.set("Progressing", "True", reason: "FoundNewReplicaSet", message: message)
        case .found, nil: break
        }
    }

    private func isComplete(_ counts: Counts) -> Bool {
        counts.updated == rollout.wanted && counts.replicas == rollout.wanted && counts.available == rollout.wanted
    }

    private func isProgressing(_ counts: Counts) -> Bool {
        let before = Counts(of: deployment.status)
        return counts.updated > before.updated
            || counts.replicas - counts.updated < before.replicas - before.updated
            || counts.ready > before.ready || counts.available > before.available
    }

    private func markTimeout(
        _ conditions: inout Conditions,
        subject: String,
        deadline: Int64,
        now: ClusterTime
    ) -> Duration? {
        guard let condition = conditions["Progressing"],
            condition["reason"]?.string != "ProgressDeadlineExceeded",
            let since = condition["lastUpdateTime"]?.string.flatMap({ ClusterTime($0) })
        else { return nil }
        let elapsed = now.seconds(since: since)
        if elapsed < deadline { return .seconds(deadline - elapsed) }
        let message = "\(subject) has timed out progressing."
        conditions.set("Progressing", "False", reason: "ProgressDeadlineExceeded", message: message)
        return nil
    }
}
