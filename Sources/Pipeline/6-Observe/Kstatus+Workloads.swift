// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The rules of the kinds that keep a number of Pods. The first that hits decides; numbers absent from a status are 0,
/// `spec.replicas` absent is 1.
extension Kstatus {
    static func deployment(_ object: KubeObject) -> Verdict {
        let progressing = object.condition("Progressing")
        if let progressing, progressing["reason"]?.string == "ProgressDeadlineExceeded" {
            return (.failed, text(of: progressing, fallback: "ProgressDeadlineExceeded"))
        }
        let wanted = wantedReplicas(object)
        let replicas = count(object, "replicas")
        let updated = count(object, "updatedReplicas")
        let available = count(object, "availableReplicas")
        if wanted > replicas { return waiting(replicas, of: wanted, "replicas exist") }
        if wanted > updated { return waiting(updated, of: wanted, "replicas are updated") }
        if replicas > wanted { return leaving(replicas - wanted) }
        if updated > available { return waiting(available, of: updated, "replicas are available") }
        if wanted > count(object, "readyReplicas") {
            return waiting(count(object, "readyReplicas"), of: wanted, "replicas are ready")
        }
        if hasProgressDeadline(object),
            progressing?["status"]?.string != "True" || progressing?["reason"]?.string != "NewReplicaSetAvailable"
        {
            let paused = object.spec?["paused"]?.bool == true ? "is paused (spec.paused)" : nil
            return (.inProgress, paused ?? "the new ReplicaSet is not available yet")
        }
        guard object.condition("Available")?["status"]?.string == "True" else {
            return (.inProgress, "fewer replicas than needed are available")
        }
        return (.current, "\(replicas.counted("replica is", "replicas are")) available")
    }

    /// Without a deadline (unset, or the largest 32-bit number) the controller keeps no `Progressing` condition.
    private static func hasProgressDeadline(_ object: KubeObject) -> Bool {
        guard let deadline = object.spec?["progressDeadlineSeconds"]?.int else { return false }
        return deadline != Int64(Int32.max)
    }

    static func statefulSet(_ object: KubeObject) -> Verdict {
        let strategy = object.spec?["updateStrategy"]
        let wanted = wantedReplicas(object)
        let replicas = count(object, "replicas")
        if wanted > replicas { return waiting(replicas, of: wanted, "replicas exist") }
        if wanted > count(object, "readyReplicas") {
            return waiting(count(object, "readyReplicas"), of: wanted, "replicas are ready")
        }
        if replicas > wanted { return leaving(replicas - wanted) }
        if updatesByHand(object) {
            return (
                .current,
                "\(replicas.counted("replica is", "replicas are")) ready\(old(replicas - count(object, "updatedReplicas")))"
            )
        }
        if let partition = strategy?["rollingUpdate"]?["partition"]?.int, partition != -1 {
            let updated = count(object, "updatedReplicas")
            if updated < wanted - partition { return waiting(updated, of: wanted - partition, "replicas are updated") }
            return (.current, "\(updated.counted("replica is", "replicas are")) updated, the partition is \(partition)")
        }
        if wanted > count(object, "currentReplicas") {
            return waiting(count(object, "currentReplicas"), of: wanted, "replicas are of the current revision")
        }
        if object.status?["currentRevision"]?.string != object.status?["updateRevision"]?.string {
            return (.inProgress, "replicas are still being updated to the new revision")
        }
        return (.current, "\(replicas.counted("replica is", "replicas are")) ready")
    }

    static func daemonSet(_ object: KubeObject) -> Verdict {
        guard object.generation != nil, object.status?["observedGeneration"]?.int != nil else {
            return (.inProgress, "the controller has not seen it yet")
        }
        guard let wanted = object.status?["desiredNumberScheduled"]?.int else {
            return (.inProgress, "the number of nodes is not known yet")
        }
        let steps: [(field: String, what: String)] = [
            ("currentNumberScheduled", "Pods are scheduled"), ("updatedNumberScheduled", "Pods are updated"),
            ("numberAvailable", "Pods are available"), ("numberReady", "Pods are ready"),
        ]
        for step in steps where wanted > count(object, step.field) {
            if updatesByHand(object), step.field == "updatedNumberScheduled" { continue }
            return waiting(count(object, step.field), of: wanted, step.what)
        }
        let remark = updatesByHand(object) ? old(wanted - count(object, "updatedNumberScheduled")) : ""
        return (.current, "\(wanted) Pods are ready\(remark)")
    }

    /// Whether Pods of the old template stay until a person deletes them; they do not make the object unhealthy.
    private static func updatesByHand(_ object: KubeObject) -> Bool {
        object.spec?["updateStrategy"]?["type"]?.string == "OnDelete"
    }

    private static func old(_ count: Int64) -> String {
        count > 0 ? ", \(count) of them update when they are deleted (OnDelete)" : ""
    }

    /// Whether an object of this kind can be healthy while older pods run (``olderPods(of:)``).
    package static func mayRunOlderPods(_ kind: GroupKind) -> Bool {
        kind.group == "apps" && (kind.kind == "StatefulSet" || kind.kind == "DaemonSet")
    }

    /// How many pods of an older template run although the object is healthy: those that a partition holds back, or
    /// that `OnDelete` leaves to people. Nil when none does.
    package static func olderPods(of object: KubeObject) -> String? {
        let older: Int64
        switch (object.gvk.group, object.gvk.kind) {
        case ("apps", "StatefulSet"):
            let (current, next) = (object.status?["currentRevision"], object.status?["updateRevision"])
            older = current == next ? 0 : count(object, "replicas") - count(object, "updatedReplicas")
        case ("apps", "DaemonSet"):
            older = count(object, "desiredNumberScheduled") - count(object, "updatedNumberScheduled")
        default: older = 0
        }
        guard older > 0 else { return nil }
        return "\(older) of its pods \(older == 1 ? "is" : "are") of an older revision"
    }

    static func replicaSet(_ object: KubeObject) -> Verdict {
        if let failure = object.condition("ReplicaFailure"), failure["status"]?.string == "True" {
            return (.inProgress, text(of: failure, fallback: "Pods cannot be created"))
        }
        let wanted = wantedReplicas(object)
        let steps: [(field: String, what: String)] = [
            ("fullyLabeledReplicas", "replicas are labelled"), ("availableReplicas", "replicas are available"),
            ("readyReplicas", "replicas are ready"),
        ]
        for step in steps where wanted > count(object, step.field) {
            return waiting(count(object, step.field), of: wanted, step.what)
        }
        let replicas = count(object, "replicas")
        return replicas > wanted
            ? leaving(replicas - wanted) : (.current, "\(replicas.counted("replica is", "replicas are")) available")
    }

    private static func wantedReplicas(_ object: KubeObject) -> Int64 { object.spec?["replicas"]?.int ?? 1 }

    private static func count(_ object: KubeObject, _ field: String) -> Int64 { object.status?[field]?.int ?? 0 }

    private static func waiting(_ have: Int64, of wanted: Int64, _ what: String) -> Verdict {
        (.inProgress, "\(have) of \(wanted) \(what)")
    }

    private static func leaving(_ surplus: Int64) -> Verdict {
        (.inProgress, "\(surplus.counted("surplus replica is", "surplus replicas are")) still terminating")
    }
}
