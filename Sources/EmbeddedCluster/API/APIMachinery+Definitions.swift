// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

extension APIMachinery {
    /// Follows up on a write of an object: a definition's resources are served, or no longer.
    func didWrite(_ stored: KubeObject) {
        if stored.gvk.groupKind == GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition") {
            establish(stored.name)
        }
    }

    /// Serves what a definition declares, and says in its status that it does. Call it behind each write of one.
    func establish(_ name: String) {
        let key = ObjectKey(resource: CustomDefinition.resource, namespace: "", name: name)
        while let live = store.object(key) {
            guard let definition = CustomDefinition(live.json) else { return }
            resources.serve(definition.servedResources, of: name)
            var next = live
            next.json = definition.established
            guard next.json != live.json, let resource = resources.resource(live.gvk) else { return }
            next.json = ManagedFieldsUpdater.update(
                before: live.json,
                after: next.json,
                schema: resource.schema,
                writer: Writer(manager: "kube-apiserver", time: ClusterTime.now.text, subresource: "status")
            )
            do throws(StoreError) {
                try store.replace(live, with: next, at: key)
                return
            } catch {
                continue
            }
        }
        resources.serve([], of: name)
    }

    /// The definition that made a custom resource; nil for a built-in kind.
    func definition(of resource: RegisteredResource) -> KubeObject? {
        guard resource.isCustom else { return nil }
        let name = "\(resource.plural).\(resource.gvk.group)"
        return store.object(ObjectKey(resource: CustomDefinition.resource, namespace: "", name: name))
    }
}
