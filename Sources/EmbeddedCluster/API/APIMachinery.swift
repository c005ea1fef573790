// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterSchema
import ClusterStore
import KubeObjects

/// The API without its network: what every request, and every controller of the cluster, goes through.
final class APIMachinery: Sendable {
    let store: ObjectStore
    let resources: ResourceRegistry
    /// What the server adds to objects from other objects.
    let preparation: ObjectPreparation
    let webhooks: AdmissionScript

    /// The machinery over a store; what the store already holds (CustomResourceDefinitions) is served at once.
    init(store: ObjectStore, webhooks: AdmissionScript = AdmissionScript()) {
        self.store = store
        self.webhooks = webhooks
        resources = ResourceRegistry(builtIn: BuiltInResources.all)
        preparation = ObjectPreparation(store: store)
        for definition in store.list(CustomDefinition.resource).objects {
            CustomDefinition(definition.json).map { resources.serve($0.servedResources, of: definition.name) }
        }
    }

    /// The object as requests for `resource` see it; nil when there is none.
    func object(_ resource: RegisteredResource, namespace: String, name: String) -> KubeObject? {
        store.object(resource.key(namespace: namespace, name: name)).map { $0.converted(to: resource) }
    }
}

extension KubeObject {
    /// A stored object as requests for `resource` see it.
    func converted(to resource: RegisteredResource) -> KubeObject {
        if gvk == resource.gvk { return self }
        var result = self
        result.json = ObjectConversion.fromStorage(json, resource)
        return result
    }

    /// An object of `resource` as it is stored.
    func stored(by resource: RegisteredResource) -> KubeObject {
        var result = self
        result.json = ObjectConversion.toStorage(json, resource)
        return result
    }
}
