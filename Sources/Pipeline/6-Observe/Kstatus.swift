// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import SyncApply
import SyncLook

/// Judges whether an object has reached what its spec asks for, by the rules of kstatus
/// (kubernetes-sigs/cli-utils `pkg/kstatus/status`) and three stricter ones of ours: a running Job is in progress, a
/// failed Pod has failed, and a load balancer's Service waits for its address.
///
/// Pure: looks at nothing but the object and the time it is given.
package enum Kstatus {
    /// A verdict with one line for people, such as `1 of 2 replicas are available`.
    package typealias Verdict = (status: HealthStatus, message: String)

    /// How long a Pod may stay unschedulable before that counts as a failure.
    static let scheduleWindow: TimeInterval = 15

    /// The status of one live object.
    ///
    /// Order, as in kstatus: being deleted, generation not observed, `Reconciling` and `Stalled`, the rule of the kind,
    /// the `Ready` condition, other conditions and `status.phase`, and without any of them `Current`.
    ///
    /// - Parameters:
    ///   - object: The whole object as the API server has it.
    ///   - now: The time against which a Pod's age is judged.
    /// - Returns: The status, and a line that says why.
    package static func status(of object: KubeObject, now: Date = Date()) -> Verdict {
        if let verdict = generic(object) { return verdict }
        if let verdict = builtIn(object, now: now) { return verdict }
        return byConvention(object)
    }

    /// Whether the rule of the object's kind decides about it.
    static func hasRule(_ object: KubeObject) -> Bool { builtIn(object, now: Date()) != nil }

    /// The rules that come before those of the kind; nil when none decides.
    private static func generic(_ object: KubeObject) -> Verdict? {
        if let since = object.deletionTimestamp {
            let waiting = object.finalizers.isEmpty ? "" : "; finalizers: \(object.finalizers.joined(separator: ", "))"
            return (.terminating, "is being deleted since \(since)\(waiting)")
        }
        if let observed = object.status?["observedGeneration"]?.int, let wanted = object.generation, observed != wanted
        {
            return (.inProgress, "generation \(wanted) is not observed yet, status is of \(observed)")
        }
        if let condition = object.condition("Reconciling"), condition["status"]?.string == "True" {
            return (.inProgress, text(of: condition, fallback: "is reconciling"))
        }
        if let condition = object.condition("Stalled"), condition["status"]?.string == "True" {
            return (.failed, text(of: condition, fallback: "is stalled"))
        }
        return nil
    }

    /// The rule of the kind; nil for a kind that has none.
    private static func builtIn(_ object: KubeObject, now: Date) -> Verdict? {
        switch (object.gvk.group, object.gvk.kind) {
        case ("apps", "Deployment"): deployment(object)
        case ("apps", "StatefulSet"): statefulSet(object)
        case ("apps", "DaemonSet"): daemonSet(object)
        case ("apps", "ReplicaSet"): replicaSet(object)
        case ("", "Pod"): pod(object, now: now)
        case ("batch", "Job"): job(object)
        case ("", "PersistentVolumeClaim"): persistentVolumeClaim(object)
        case ("", "Service"): service(object)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): customResourceDefinition(object)
        case _ where isCurrentByExisting(object.gvk.groupKind): (.current, "exists")
        case ("policy", "PodDisruptionBudget"): (.current, "the allowed disruptions are computed")
        default: nil
        }
    }

    /// `Reason: message` of a condition, or what there is of it.
    static func text(of condition: JSON, fallback: String) -> String {
        let parts = [condition["reason"]?.string, condition["message"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? fallback : bounded(parts.joined(separator: ": "))
    }

    /// Text of an object's status, as it is; what is very long loses its middle. That is far more than anybody is shown, so
    /// no secret that is cut here shows a half of itself.
    static func bounded(_ text: String) -> String { text.withoutMiddle(keeping: 16 << 10) }
}
