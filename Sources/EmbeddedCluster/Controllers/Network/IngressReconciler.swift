// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Plays ingress-nginx: gives an address to every Ingress whose class it serves.
struct IngressReconciler: Reconciler {
    static let controller = "k8s.io/ingress-nginx"
    static let address = "203.0.113.1"

    let watched = [ControllerResource.ingresses.groupResource, ControllerResource.ingressClasses.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        guard event.key.resource == ControllerResource.ingressClasses.groupResource else { return [event.key] }
        return context.list(.ingresses).map { ControllerResource.ingresses.key($0.namespace, $0.name) }
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let ingress = context.client.object(key), !ingress.isBeingDeleted else { return nil }
        let name = ingress.spec?["ingressClassName"]?.string ?? ingress.annotation("kubernetes.io/ingress.class")
        let ingressClass = name.flatMap { context.object(.ingressClasses, "", $0) }
        let isServed = ingressClass?.spec?["controller"]?.string == IngressReconciler.controller
        let wanted: [JSON] = isServed ? [["ip": .string(IngressReconciler.address)]] : []
        guard isServed, ingress.json.items(at: "status", "loadBalancer", "ingress") != wanted else { return nil }
        let nginx = context.client.acting(as: "nginx-ingress-controller")
        try nginx.mutate(key, subresource: "status") { object in
            object[["status", "loadBalancer", "ingress"]] = .array(wanted)
        }
        context.recorder.record("Sync", "Scheduled for sync", about: ingress, from: .ingress, at: context.now)
        return nil
    }
}
