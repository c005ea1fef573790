// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import SyncObserve
import SyncPlan

/// The part of a pod's status that tells which images it runs.
package struct PodImages: Sendable, Hashable {
    package let name: String
    package let uid: String
    /// By container name, what the node pulled; containers that have not started are absent.
    package let digests: [String: ImageDigest]
    /// The digest of the image's configuration, where the node reports that instead of the manifest's.
    package let configs: [String: ImageDigest]
    /// By container name: the digest of the rollout that made the pod.
    package let rolled: [String: String]
    /// When the restart that made the pod was asked for, RFC 3339; nil when none was.
    package let restartedAt: String?
    package let phase: String
    package let isReady: Bool
    /// What is wrong with it; nil when it is ready, done, or just starting.
    package let trouble: PodTrouble?
    /// The containers that cannot be pulled or that crash.
    package let failing: Set<String>
    /// Whether it is being deleted.
    package let isTerminating: Bool
    private let templateHash: String?
    private let owner: Owner?

    /// The controller that made the pod.
    private struct Owner: Sendable, Hashable {
        let kind: String
        let name: String
        let uid: String
    }

    package init(_ pod: KubeObject) {
        name = pod.name
        uid = pod.uid ?? ""
        var digests: [String: ImageDigest] = [:]
        var configs: [String: ImageDigest] = [:]
        var failing: Set<String> = []
        for status in PodTrouble.containerStatuses(of: pod) {
            guard let container = status["name"]?.string else { continue }
            let imageID = status["imageID"]?.string ?? ""
            digests[container] = ImageDigest(imageID: imageID)
            configs[container] = ImageDigest(imageID.split(separator: "/").last.map(String.init) ?? "")
            if PodTrouble.isFailing(status) { failing.insert(container) }
        }
        self.digests = digests
        self.configs = configs
        self.failing = failing
        var rolled: [String: String] = [:]
        for member in pod.metadata["annotations"]?.object ?? JSONObject()
        where member.key.hasPrefix(RolloutState.digestPrefix) {
            rolled[String(member.key.dropFirst(RolloutState.digestPrefix.count))] = member.value.string
        }
        self.rolled = rolled
        restartedAt = pod.annotation(RolloutState.restartedAt)
        phase = pod.status?["phase"]?.string ?? ""
        isReady = pod.condition("Ready")?["status"]?.string == "True"
        trouble = PodTrouble.worst(of: pod)
        isTerminating = pod.deletionTimestamp != nil
        templateHash = pod.label("pod-template-hash")
        let reference = pod.metadata["ownerReferences"]?.array?.first { $0["controller"]?.bool == true }
        owner = reference.flatMap { reference in
            guard let kind = reference["kind"]?.string, let name = reference["name"]?.string,
                let uid = reference["uid"]?.string
            else { return nil }
            return Owner(kind: kind, name: name, uid: uid)
        }
    }

    /// Whether it runs or tries to. A pod that has ended does not tell which image is in use now.
    package var isAlive: Bool { !isTerminating && !["Succeeded", "Failed"].contains(phase) }

    /// Whether the pod belongs to a workload. A Deployment's ReplicaSets are named after it and the template's hash, and a
    /// CronJob's Jobs after it and the time, so that neither has to be read.
    package func belongs(to workload: KubeObject) -> Bool {
        guard let owner else { return false }
        switch workload.gvk.kind {
        case "Deployment":
            guard owner.kind == "ReplicaSet", let hash = templateHash else { return false }
            return owner.name == "\(workload.name)-\(hash)"
        case "CronJob":
            let prefix = "\(workload.name)-"
            return owner.kind == "Job" && owner.name.hasPrefix(prefix)
                && owner.name.dropFirst(prefix.count).allSatisfy { $0.isASCII && $0.isNumber }
        default: return owner.uid == workload.uid
        }
    }
}
