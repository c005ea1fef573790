// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects
import Synchronization

/// Writes Events of the core group, as `kubectl describe` shows them.
///
/// The same event again only raises the count of the first. An event that cannot be stored (its namespace is going) is
/// lost, as with the real recorder: nothing depends on it.
final class EventRecorder: Sendable {
    /// Who reports.
    enum Source: String, Sendable {
        case deployment = "deployment-controller"
        case replicaSet = "replicaset-controller"
        case statefulSet = "statefulset-controller"
        case daemonSet = "daemonset-controller"
        case job = "job-controller"
        case scheduler = "default-scheduler"
        case kubelet
        case serviceController = "service-controller"
        case ingress = "nginx-ingress-controller"
        case volumes = "persistentvolume-controller"
        case disruption = "controllermanager"

        var manager: String {
            switch self {
            case .scheduler: "kube-scheduler"
            case .kubelet: "kubelet"
            case .ingress: "nginx-ingress-controller"
            default: "kube-controller-manager"
            }
        }
    }

    private struct Identity: Hashable {
        let uid: String
        let source: Source
        let reason: String
        let message: String
        let fieldPath: String
    }

    private struct State {
        var known: [Identity: ObjectKey] = [:]
        var counter: Int64 = 0
    }

    /// Events remembered for counting; when there are more, counting starts anew.
    private static let memoryLimit = 4096

    private let client: LocalClient
    private let state = Mutex(State())

    init(client: LocalClient) { self.client = client }

    /// Records one event about an object, or about a part of it such as `spec.containers{web}` (`fieldPath`).
    func record(
        _ reason: String,
        _ message: String,
        about object: KubeObject,
        from source: Source,
        at now: ClusterTime,
        fieldPath: String = "",
        isWarning: Bool = false
    ) {
        let identity = Identity(
            uid: object.uid ?? "",
            source: source,
            reason: reason,
            message: message,
            fieldPath: fieldPath
        )
        let writer = client.acting(as: source.manager)
        if let key = state.withLock({ $0.known[identity] }), let _ = try? writer.mutate(key, { again(&$0, now) }) {
            return
        }
        let number = state.withLock { state in
            state.counter += 1
            return now.microseconds * 1000 + state.counter % 1000
        }
        let namespace = object.namespace.isEmpty ? "default" : object.namespace
        let name = "\(object.name).\(String(number, radix: 16))"
        var event: JSON = [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "involvedObject": EventRecorder.reference(object, fieldPath: fieldPath), "reason": .string(reason),
            "message": .string(message), "type": isWarning ? "Warning" : "Normal", "count": 1,
            "firstTimestamp": .string(now.text), "lastTimestamp": .string(now.text),
            "source": ["component": .string(source.rawValue)], "reportingComponent": .string(source.rawValue),
        ]
        if source == .kubelet {
            event[["source", "host"]] = .string(EmbeddedNode.name)
            event["reportingInstance"] = .string(EmbeddedNode.name)
        }
        guard (try? writer.create(event)) != nil else { return }
        state.withLock { state in
            if state.known.count >= EventRecorder.memoryLimit { state.known = [:] }
            state.known[identity] = ControllerResource.events.key(namespace, name)
        }
    }

    private func again(_ event: inout JSON, _ now: ClusterTime) {
        event["count"] = .int((event["count"]?.int ?? 1) + 1)
        event["lastTimestamp"] = .string(now.text)
    }

    private static func reference(_ object: KubeObject, fieldPath: String) -> JSON {
        var result: JSON = [
            "apiVersion": .string(object.gvk.apiVersion), "kind": .string(object.gvk.kind),
            "name": .string(object.name), "uid": .string(object.uid ?? ""),
            "resourceVersion": .string(object.resourceVersion ?? ""),
        ]
        if !object.namespace.isEmpty { result["namespace"] = .string(object.namespace) }
        if !fieldPath.isEmpty { result["fieldPath"] = .string(fieldPath) }
        return result
    }
}
