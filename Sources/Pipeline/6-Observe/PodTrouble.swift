// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncApply
import SyncLook

/// What keeps one Pod from being ready, read from its status alone.
package struct PodTrouble: Sendable, Hashable {
    /// What kind of trouble, from the one that ends by itself to the one that does not.
    package enum Severity: Int, Sendable, Hashable, Comparable {
        /// Running, and not ready yet.
        case unready
        /// No node takes it; one may come.
        case unschedulable
        /// An image that cannot be pulled, a crash loop, a missing ConfigMap: may end by itself.
        case failing
        /// Cannot end by itself: the image's name is not valid.
        case hopeless

        /// By how unlikely it is that the trouble ends by itself.
        package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
    }

    package let severity: Severity
    /// `container web: ImagePullBackOff: …`, redacted, one line.
    package let text: String
    /// Whether the text names the root cause. If not, an event about the Pod may.
    package let tellsWhy: Bool

    /// The worst trouble of a Pod; nil when it is ready, done, or just starting.
    package static func worst(of pod: KubeObject) -> PodTrouble? {
        let troubles =
            containerStatuses(of: pod).compactMap { trouble(ofContainer: $0) }
            + [unschedulable(pod), unready(pod)].compactMap { $0 }
        return troubles.max { $0.severity < $1.severity }
    }

    /// What a Pod's status says of its containers, init containers first.
    package static func containerStatuses(of pod: KubeObject) -> [JSON] {
        ["initContainerStatuses", "containerStatuses"].flatMap { pod.status?[$0]?.array ?? [] }
    }

    /// Whether a container's status shows a failure that waiting may not end and that another image may: an image that
    /// cannot be pulled, a crash loop, a run that ended badly.
    package static func isFailing(_ status: JSON) -> Bool {
        if let reason = status["state"]?["waiting"]?["reason"]?.string {
            return WaitingReason(reason)?.isOfImage == true
        }
        return (status["state"]?["terminated"]?["exitCode"]?.int ?? 0) != 0
    }

    private static func trouble(ofContainer status: JSON) -> PodTrouble? {
        let name = status["name"]?.string ?? "?"
        guard let waiting = status["state"]?["waiting"], let reason = waiting["reason"]?.string,
            let severity = WaitingReason(reason)?.severity
        else { return failedRun(status, name) }
        if reason == "CrashLoopBackOff" {
            let last = lastRun(status["lastState"]?["terminated"])
            let told = last.map { "; last run: \($0)" } ?? ""
            let restarts = status["restartCount"]?.int.map { ", restarted \($0.counted("time"))" } ?? ""
            return make(severity, "container \(name): CrashLoopBackOff\(restarts)\(told)", tellsWhy: last != nil)
        }
        let message = waiting["message"]?.string.map { ": \($0)" } ?? ""
        return make(severity, "container \(name): \(reason)\(message)")
    }

    private static func failedRun(_ status: JSON, _ name: String) -> PodTrouble? {
        guard let ended = status["state"]?["terminated"], let code = ended["exitCode"]?.int, code != 0 else {
            return nil
        }
        return lastRun(ended).map { make(.failing, "container \(name): \($0)") }
    }

    /// `OOMKilled, exit code 137: message`.
    private static func lastRun(_ terminated: JSON?) -> String? {
        guard let terminated else { return nil }
        let reason = terminated["reason"]?.string ?? "ended"
        let code = terminated["exitCode"]?.int.map { ", exit code \($0)" } ?? ""
        let message = terminated["message"]?.string.map { ": \($0)" } ?? ""
        return "\(reason)\(code)\(message)"
    }

    private static func unschedulable(_ pod: KubeObject) -> PodTrouble? {
        guard let condition = pod.condition("PodScheduled"), condition["status"]?.string == "False" else { return nil }
        return make(.unschedulable, Kstatus.text(of: condition, fallback: "Unschedulable"), tellsWhy: true)
    }

    private static func unready(_ pod: KubeObject) -> PodTrouble? {
        guard pod.status?["phase"]?.string == "Running", pod.condition("Ready")?["status"]?.string != "True" else {
            return nil
        }
        return make(.unready, "runs but is not ready")
    }

    private static func make(_ severity: Severity, _ text: String, tellsWhy: Bool = false) -> PodTrouble {
        PodTrouble(severity: severity, text: Kstatus.bounded(text), tellsWhy: tellsWhy)
    }
}
