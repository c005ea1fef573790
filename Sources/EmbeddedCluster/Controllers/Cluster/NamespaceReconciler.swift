// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Furnishes new namespaces with a service account and the root certificates, and empties those that are being deleted.
struct NamespaceReconciler: Reconciler {
    /// The certificate authority's certificate, as PEM; empty when the cluster is served without TLS.
    let rootCertificate: String

    /// Sees every resource: the end of a namespace waits for all of its objects.
    let watched: [GroupResource] = []

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        if event.key.resource == ControllerResource.namespaces.groupResource { return [event.key] }
        guard !event.key.namespace.isEmpty, event.change != .added else { return [] }
        let key = ControllerResource.namespaces.key("", event.key.namespace)
        if context.client.object(key)?.isBeingDeleted == true { return [key] }
        let isFurniture = event.key.name == "default" || event.key.name == "kube-root-ca.crt"
        return event.change == .deleted && isFurniture ? [key] : []
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let namespace = context.client.object(key) else { return nil }
        if namespace.isBeingDeleted { return try empty(namespace, key, in: context) }
        if context.object(.serviceAccounts, key.name, "default") == nil {
            try context.client.create([
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": ["name": "default", "namespace": .string(key.name)],
            ])
        }
        if context.object(.configMaps, key.name, "kube-root-ca.crt") == nil {
            let text = "Contains a CA bundle that can be used to verify the kube-apiserver."
            try context.client.create([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "kube-root-ca.crt", "namespace": .string(key.name),
                    "annotations": ["kubernetes.io/description": .string(text)],
                ],
                "data": ["ca.crt": .string(rootCertificate)],
            ])
        }
        return nil
    }

    /// Deletes what is in the namespace; when nothing is left, the namespace goes.
    private func empty(
        _ namespace: KubeObject,
        _ key: ObjectKey,
        in context: ControllerContext
    ) throws(StatusError) -> Duration? {
        var remaining: [(resource: GroupResource, objects: [KubeObject])] = []
        let resources = Set(context.client.resources.all.filter(\.isNamespaced).map(\.groupResource))
        for resource in resources.sorted(by: { $0.description < $1.description }) {
            for object in context.client.list(resource, namespace: key.name) where !object.isBeingDeleted {
                let objectKey = ObjectKey(resource: resource, namespace: key.name, name: object.name)
                try context.client.delete(objectKey, uid: object.uid)
            }
            let left = context.client.list(resource, namespace: key.name)
            if !left.isEmpty { remaining.append((resource, left)) }
        }
        guard remaining.isEmpty else {
            try tell(key, remaining, in: context)
            return nil
        }
        guard namespace.finalizers.isEmpty,
            (namespace.spec?["finalizers"]?.array ?? []).allSatisfy({ $0 == "kubernetes" })
        else { return nil }
        do throws(StoreError) {
            try context.client.store.remove(namespace, at: key)
        } catch {
            // It changed or went meanwhile; its event brings it here again.
        }
        return nil
    }

    /// Says in the status what the namespace waits for.
    private func tell(
        _ key: ObjectKey,
        _ remaining: [(resource: GroupResource, objects: [KubeObject])],
        in context: ControllerContext
    ) throws(StatusError) {
        let counts = remaining.map { "\($0.resource.qualified) has \($0.objects.count) resource instances" }
        var finalizers: [String: Int] = [:]
        for object in remaining.flatMap(\.objects) {
            for finalizer in object.finalizers { finalizers[finalizer, default: 0] += 1 }
        }
        let waits = finalizers.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value) resource instances" }
        try context.updateStatus(key) { status in
            var conditions = Conditions(of: status, now: context.now)
            let contentText = "Some resources are remaining: \(counts.joined(separator: ", "))"
            conditions.update("NamespaceContentRemaining", "True", reason: "SomeResourcesRemain", message: contentText)
            if waits.isEmpty {
                let text = "All content-preserving finalizers finished"
                conditions.update(
                    "NamespaceFinalizersRemaining",
                    "False",
                    reason: "ContentHasNoFinalizers",
                    message: text
                )
            } else {
                let text = "Some content in the namespace has finalizers remaining: \(waits.joined(separator: ", "))"
                conditions.update("NamespaceFinalizersRemaining", "True", reason: "SomeFinalizersRemain", message: text)
            }
            status["phase"] = "Terminating"
            status.setConditions(conditions)
        }
    }
}

extension GroupResource {
    /// `pods.` for the core group, else `deployments.apps`: the spelling of the namespace controller.
    fileprivate var qualified: String { "\(resource).\(group)" }
}
