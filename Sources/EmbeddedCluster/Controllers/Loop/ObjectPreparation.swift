// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// What the API server fills in on its own when it stores an object: values that depend on other objects, on the
/// object's uid, or that begin its life.
///
/// It runs behind defaulting and before validation. `metadata.uid` is already set.
package struct ObjectPreparation: Sendable {
    private let store: ObjectStore
    /// Who hands out addresses and ports; the controllers give back what deleted Services held.
    package let services: ServiceAllocator

    package init(store: ObjectStore) {
        self.store = store
        services = ServiceAllocator(store: store)
    }

    /// The object as it is to be stored.
    ///
    /// - Parameters:
    ///   - object: Decoded and defaulted; its namespace and uid are set.
    ///   - old: The stored object; nil on create.
    ///   - groupKind: The object's kind.
    ///   - isDryRun: Takes no address and no port.
    /// - Returns: The completed object.
    /// - Throws: 422 for a Service whose address or port is taken.
    package func prepare(
        _ object: JSON,
        old: JSON?,
        groupKind: GroupKind,
        isDryRun: Bool = false
    ) throws(StatusError) -> JSON {
        if groupKind == GroupKind(group: "", kind: "Service") {
            return try services.allocate(object, old: old, isDryRun: isDryRun)
        }
        guard old == nil else { return object }
        var result = object
        switch groupKind.description {
        case "Pod": prepare(pod: &result)
        case "Namespace": ObjectPreparation.prepare(namespace: &result)
        case "PersistentVolume": result["status"] = ["phase": "Pending"]
        case "PersistentVolumeClaim": prepare(claim: &result)
        case "Job.batch": ObjectPreparation.prepare(job: &result)
        case "Ingress.networking.k8s.io": prepare(ingress: &result)
        default: break
        }
        return result
    }

    private func prepare(pod: inout JSON) {
        if (pod.string(at: "spec", "serviceAccountName") ?? "").isEmpty {
            pod[["spec", "serviceAccountName"]] = "default"
            pod[["spec", "serviceAccount"]] = "default"
        }
        var tolerations = pod.items(at: "spec", "tolerations")
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
        where !tolerations.contains(where: { $0["key"]?.string == key || $0["key"] == nil }) {
            tolerations.append(
                ["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
            )
        }
        pod[["spec", "tolerations"]] = .array(tolerations)
        let priority = pod.string(at: "spec", "priorityClassName").flatMap { name in
            store.object(ControllerResource.priorityClasses.key("", name))?.json["value"]
        }
        if pod[["spec", "priority"]] == nil { pod[["spec", "priority"]] = priority ?? 0 }
        if pod[["spec", "preemptionPolicy"]] == nil { pod[["spec", "preemptionPolicy"]] = "PreemptLowerPriority" }
        pod["status"] = ["phase": "Pending", "qosClass": .string(QualityOfService.name(of: pod))]
    }

    private static func prepare(namespace: inout JSON) {
        let name = namespace.string(at: "metadata", "name") ?? ""
        namespace[["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(name)
        namespace[["spec", "finalizers"]] = ["kubernetes"]
        namespace["status"] = ["phase": "Active"]
    }

    private func prepare(claim: inout JSON) {
        claim["status"] = ["phase": "Pending"]
        if claim[["spec", "storageClassName"]] == nil,
            let name = defaultObject(.storageClasses, "storageclass.kubernetes.io/is-default-class")
        {
            claim[["spec", "storageClassName"]] = .string(name)
        }
    }

    private func prepare(ingress: inout JSON) {
        let old = ingress.string(at: "metadata", "annotations", "kubernetes.io/ingress.class")
        if ingress[["spec", "ingressClassName"]] == nil, old == nil,
            let name = defaultObject(.ingressClasses, "ingressclass.kubernetes.io/is-default-class")
        {
            ingress[["spec", "ingressClassName"]] = .string(name)
        }
    }

    /// The name of the object that is marked as its kind's default; of several the newest.
    private func defaultObject(_ resource: ControllerResource, _ annotation: String) -> String? {
        store.list(resource.groupResource).objects.filter { $0.json.isMarkedDefault(annotation) }
            .max { ($0.creationTimestamp ?? "", $1.name) < ($1.creationTimestamp ?? "", $0.name) }?.name
    }

    /// A job's pods are found by the job's uid, unless the caller chose a selector.
    private static func prepare(job: inout JSON) {
        guard job[["spec", "manualSelector"]]?.bool != true, let uid = job.string(at: "metadata", "uid") else { return }
        let name = job.string(at: "metadata", "name") ?? ""
        let labels: [(String, String)] = [
            ("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", name),
            ("controller-uid", uid), ("job-name", name),
        ]
        for (key, value) in labels { job[["spec", "template", "metadata", "labels", key]] = .string(value) }
        job[["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"]] = .string(uid)
    }
}
