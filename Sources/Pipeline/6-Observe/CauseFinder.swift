// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook

/// Finds out why an object does not become healthy, by reading what it owns: its newest ReplicaSet, that one's Pods, and
/// as the last resort the newest warning about them. Reads only what it needs.
struct CauseFinder: Sendable {
    let client: KubeClient
    let catalog: APICatalog

    /// Why, and whether waiting may help.
    struct Cause: Sendable {
        let text: String
        let prospect: Observation.Prospect
    }

    /// The cause for one object that is not healthy; nil when none is found.
    func cause(of object: KubeObject) async -> Cause? {
        do throws(KubeError) {
            switch (object.gvk.group, object.gvk.kind) {
            case ("apps", "Deployment"): return try await causeOfDeployment(object)
            case ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("apps", "ReplicaSet"), ("batch", "Job"):
                return try await causeOfPods(ownedBy: object, selector: object.podSelector)
            case ("", "Pod"): return try await cause(ofPod: object)
            default: return try await warning(about: object)
            }
        } catch {
            return Cause(text: "the cause could not be read: \(error)", prospect: .open)
        }
    }

    private func causeOfDeployment(_ deployment: KubeObject) async throws(KubeError) -> Cause? {
        guard let selector = deployment.podSelector, let resource = served("ReplicaSet", group: "apps") else {
            return nil
        }
        let sets = try await client.list(resource, namespace: deployment.namespace, labelSelector: selector).objects
        let newest = sets.filter { $0.isOwned(by: deployment) }.max { $0.revision < $1.revision }
        guard let newest else { return try await warning(about: deployment) }
        return try await causeOfPods(ownedBy: newest, selector: selector)
    }

    private func causeOfPods(ownedBy owner: KubeObject, selector: String?) async throws(KubeError) -> Cause? {
        if let failure = owner.condition("ReplicaFailure"), failure["status"]?.string == "True" {
            return Cause(text: Kstatus.text(of: failure, fallback: "Pods cannot be created"), prospect: .open)
        }
        guard let selector, let resource = served("Pod", group: "") else { return nil }
        let pods = try await client.list(resource, namespace: owner.namespace, labelSelector: selector).objects
        let owned = pods.filter { $0.isOwned(by: owner) }.sorted { $0.name < $1.name }
        let troubled = owned.compactMap { pod in PodTrouble.worst(of: pod).map { (pod: pod, trouble: $0) } }
        guard let worst = troubled.max(by: { $0.trouble.severity < $1.trouble.severity }) else {
            return owned.isEmpty ? try await warning(about: owner) : nil
        }
        return try await cause(worst.trouble, of: worst.pod)
    }

    private func cause(ofPod pod: KubeObject) async throws(KubeError) -> Cause? {
        guard let trouble = PodTrouble.worst(of: pod) else { return try await warning(about: pod) }
        return try await cause(trouble, of: pod)
    }

    /// A Pod's trouble in full: when its status does not say why, the newest warning event about it is added.
    private func cause(_ trouble: PodTrouble, of pod: KubeObject) async throws(KubeError) -> Cause {
        var text = "pod \(pod.name): \(trouble.text)"
        if !trouble.tellsWhy, let warning = try await newestWarning(about: pod), !text.contains(warning) {
            text += "; \(warning)"
        }
        let prospect: Observation.Prospect =
            switch trouble.severity {
            case .unready, .unschedulable: .open
            case .failing: .poor
            case .hopeless: .none
            }
        return Cause(text: text, prospect: prospect)
    }

    private func warning(about object: KubeObject) async throws(KubeError) -> Cause? {
        try await newestWarning(about: object).map { Cause(text: $0, prospect: .open) }
    }

    /// `Reason: message` of the newest Warning event about exactly this object; nil when there is none.
    private func newestWarning(about object: KubeObject) async throws(KubeError) -> String? {
        guard let uid = object.uid, let resource = served("Event", group: "") else { return nil }
        let events = try await client.list(
            resource,
            namespace: object.namespace.isEmpty ? "default" : object.namespace,
            fieldSelector: "involvedObject.uid=\(uid),type=Warning"
        ).objects
        guard let newest = events.max(by: { $0.lastSeen < $1.lastSeen }) else { return nil }
        return Kstatus.text(of: newest.json, fallback: "a warning without words")
    }

    private func served(_ kind: String, group: String) -> APIResource? {
        guard case .served(let resource) = catalog.lookup(GroupKind(group: group, kind: kind)) else { return nil }
        return resource
    }
}

extension KubeObject {
    /// `spec.selector` as a query writes it: `app=web,tier in (a,b)`; nil without one.
    fileprivate var podSelector: String? {
        guard let selector = spec?["selector"] else { return nil }
        var terms = (selector["matchLabels"]?.object ?? JSONObject()).compactMap { member in
            member.value.string.map { "\(member.key)=\($0)" }
        }
        for expression in selector["matchExpressions"]?.array ?? [] {
            guard let key = expression["key"]?.string else { continue }
            let values = (expression["values"]?.array ?? []).compactMap(\.string).joined(separator: ",")
            switch expression["operator"]?.string {
            case "In": terms.append("\(key) in (\(values))")
            case "NotIn": terms.append("\(key) notin (\(values))")
            case "Exists": terms.append(key)
            case "DoesNotExist": terms.append("!\(key)")
            default: continue
            }
        }
        return terms.isEmpty ? nil : terms.joined(separator: ",")
    }

    fileprivate func isOwned(by owner: KubeObject) -> Bool {
        guard let uid = owner.uid else { return false }
        return (metadata["ownerReferences"]?.array ?? []).contains { $0["uid"]?.string == uid }
    }

    fileprivate var revision: Int { annotation("deployment.kubernetes.io/revision").flatMap { Int($0) } ?? 0 }

    /// When an Event was last seen; RFC 3339 texts of one server sort by time.
    fileprivate var lastSeen: String {
        let times = [
            json["series"]?["lastObservedTime"], json["lastTimestamp"], json["eventTime"],
            metadata["creationTimestamp"],
        ]
        return times.compactMap { $0?.string }.first ?? ""
    }
}
