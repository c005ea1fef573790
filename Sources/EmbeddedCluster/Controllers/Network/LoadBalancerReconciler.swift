// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Gives every Service of type LoadBalancer an address from outside, and takes back what deleted Services held.
struct LoadBalancerReconciler: Reconciler {
    let watched = [ControllerResource.services.groupResource]
    let allocator: ServiceAllocator

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        if event.change == .deleted { allocator.release(event.object.json) }
        return [event.key]
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let service = context.client.object(key), !service.isBeingDeleted else { return nil }
        let isBalanced = service.spec?["type"]?.string == "LoadBalancer" && service.spec?["loadBalancerClass"] == nil
        let wanted = isBalanced ? service.spec?["loadBalancerIP"]?.string ?? address(of: service) : nil
        let present = service.json.items(at: "status", "loadBalancer", "ingress")
        if let wanted, !wanted.isEmpty {
            guard present.first?["ip"]?.string != wanted else { return nil }
            try context.updateStatus(key) { status in
                status[["loadBalancer", "ingress"]] = [["ip": .string(wanted), "ipMode": "VIP"]]
            }
            context.recorder.record(
                "EnsuredLoadBalancer",
                "Ensured load balancer",
                about: service,
                from: .serviceController,
                at: context.now
            )
        } else if !present.isEmpty, service.spec?["loadBalancerClass"] == nil {
            try context.updateStatus(key) { $0["loadBalancer"] = .object(JSONObject()) }
        }
        return nil
    }

    /// An address of 203.0.113.0/24 (kept for documentation) or 198.51.100.0/24, the same for the same cluster address.
    private func address(of service: KubeObject) -> String? {
        let parts = (service.spec?["clusterIP"]?.string ?? "").split(separator: ".")
        guard parts.count == 4, let third = Int(parts[2]) else { return nil }
        return "\(third.isMultiple(of: 2) ? "203.0.113" : "198.51.100").\(parts[3])"
    }
}
