// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// What `kubectl get pods` says of one pod: READY, STATUS and RESTARTS.
///
/// The rules are the API server's printer's: an init container that has not finished speaks first, then the containers
/// from the last to the first, then deletion.
package struct PodSummary: Sendable, Hashable {
    package private(set) var readyContainers = 0
    package private(set) var totalContainers: Int
    /// `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating`, …
    package private(set) var reason: String
    package private(set) var restarts: Int64 = 0
    /// When a container last ended before it was started again.
    private var lastRestart: ClusterTime?
    private let sidecars: Set<String>

    package init(_ pod: JSON) {
        let initContainers = pod.items(at: "spec", "initContainers")
        sidecars = Set(
            initContainers.filter { $0["restartPolicy"]?.string == "Always" }.compactMap { $0["name"]?.string }
        )
        totalContainers = pod.items(at: "spec", "containers").count + sidecars.count
        let phase = pod.string(at: "status", "phase") ?? ""
        reason = phase
        if let text = pod.string(at: "status", "reason"), !text.isEmpty { reason = text }
        if pod.condition("PodScheduled")?["reason"]?.string == "SchedulingGated" { reason = "SchedulingGated" }
        let isInitializing = readInitContainers(pod, count: initContainers.count)
        if !isInitializing || pod.hasCondition("Initialized") { readContainers(pod) }
        guard pod.string(at: "metadata", "deletionTimestamp") != nil else { return }
        if pod.string(at: "status", "reason") == "NodeLost" {
            reason = "Unknown"
        } else if phase != "Succeeded", phase != "Failed" {
            reason = "Terminating"
        }
    }

    /// `0`, or `3 (12s ago)`.
    package func restartsText(now: ClusterTime) -> String {
        guard restarts != 0, let lastRestart else { return String(restarts) }
        return "\(restarts) (\(HumanDuration.text(seconds: now.seconds(since: lastRestart))) ago)"
    }

    /// Returns whether the pod is still starting its init containers.
    private mutating func readInitContainers(_ pod: JSON, count: Int) -> Bool {
        var sidecarRestarts: Int64 = 0
        var sidecarRestart: ClusterTime?
        for (index, status) in pod.items(at: "status", "initContainerStatuses").enumerated() {
            let isSidecar = sidecars.contains(status["name"]?.string ?? "")
            countRestarts(of: status)
            if isSidecar {
                sidecarRestarts += status["restartCount"]?.int ?? 0
                sidecarRestart = later(sidecarRestart, PodSummary.lastEnd(of: status))
            }
            let state = status["state"]
            if state?["terminated"]?["exitCode"]?.int == 0 { continue }
            if isSidecar, status["started"]?.bool == true {
                if status["ready"]?.bool == true { readyContainers += 1 }
                continue
            }
            reason = "Init:" + PodSummary.initReason(state, index: index, count: count)
            if pod.hasCondition("Initialized") { (restarts, lastRestart) = (sidecarRestarts, sidecarRestart) }
            return true
        }
        (restarts, lastRestart) = (sidecarRestarts, sidecarRestart)
        return false
    }

    private static func initReason(_ state: JSON?, index: Int, count: Int) -> String {
        if let ended = state?["terminated"] { return endReason(ended) }
        if let waiting = state?["waiting"]?["reason"]?.string, !waiting.isEmpty, waiting != "PodInitializing" {
            return waiting
        }
        return "\(index)/\(count)"
    }

    private mutating func readContainers(_ pod: JSON) {
        var isAnyRunning = false
        var failure: String?
        for status in pod.items(at: "status", "containerStatuses").reversed() {
            countRestarts(of: status)
            let state = status["state"]
            if let waiting = state?["waiting"]?["reason"]?.string, !waiting.isEmpty {
                reason = waiting
            } else if let ended = state?["terminated"] {
                reason = PodSummary.endReason(ended)
                if ended["exitCode"]?.int != 0 { failure = reason }
            } else if status["ready"]?.bool == true, state?["running"] != nil {
                isAnyRunning = true
                readyContainers += 1
            }
        }
        guard reason == "Completed" else { return }
        if isAnyRunning, pod.hasCondition("Ready") {
            reason = "Running"
        } else if let failure {
            reason = failure
        } else if isAnyRunning {
            reason = "NotReady"
        }
    }

    private static func endReason(_ ended: JSON) -> String {
        if let reason = ended["reason"]?.string, !reason.isEmpty { return reason }
        if let signal = ended["signal"]?.int, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(ended["exitCode"]?.int ?? 0)"
    }

    private mutating func countRestarts(of status: JSON) {
        restarts += status["restartCount"]?.int ?? 0
        lastRestart = later(lastRestart, PodSummary.lastEnd(of: status))
    }

    private static func lastEnd(of status: JSON) -> ClusterTime? {
        status.string(at: "lastState", "terminated", "finishedAt").flatMap { ClusterTime($0) }
    }

    private func later(_ one: ClusterTime?, _ other: ClusterTime?) -> ClusterTime? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }
}
