// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Makes a workload the controller of objects that its selector finds and nobody controls.
enum Adoption {
    /// Adopts objects of one resource in the owner's namespace.
    static func adopt(
        _ resource: ControllerResource,
        by owner: KubeObject,
        in context: ControllerContext
    ) throws(StatusError) {
        guard !owner.isBeingDeleted else { return }
        let selector = PodSelector(owner.spec?["selector"])
        for object in context.list(resource, in: owner.namespace)
        where object.controllerReference == nil && !object.isBeingDeleted && selector.matches(object.labels) {
            try context.client.mutate(resource.key(object.namespace, object.name)) { json in
                var references = json.items(at: "metadata", "ownerReferences")
                references.append(OwnerReference.controller(owner))
                json[["metadata", "ownerReferences"]] = .array(references)
            }
        }
    }
}
