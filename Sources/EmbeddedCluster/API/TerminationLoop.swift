// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterSchema
import ClusterStore
import KubeObjects

/// Empties namespaces and definitions that are being deleted, then lets them go.
struct TerminationLoop: Sendable {
    let machinery: APIMachinery

    /// Sweeps behind every change of the store, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let revision = machinery.store.revision
            sweep()
            await machinery.store.waitForChange(after: revision)
        }
    }

    /// Goes once over everything that is being deleted.
    func sweep() {
        let spaces = machinery.store.list(NamespaceLifecycle.resource).objects
        for space in spaces where space.deletionTimestamp != nil { empty(space) }
        let definitions = machinery.store.list(CustomDefinition.resource).objects
        for definition in definitions where definition.deletionTimestamp != nil { empty(definition: definition) }
    }

    private func empty(_ space: KubeObject) {
        var isEmpty = true
        for resource in served where resource.isNamespaced {
            if !deleteAll(of: resource, namespace: space.name) { isEmpty = false }
        }
        guard isEmpty, space.spec?["finalizers"]?.array?.contains("kubernetes") == true else { return }
        release(space) { json in
            let left = json["spec"]?["finalizers"]?.array?.filter { $0 != "kubernetes" } ?? []
            json[["spec", "finalizers"]] = left.isEmpty ? nil : .array(left)
        }
    }

    private func empty(definition: KubeObject) {
        let resources = CustomDefinition(definition.json)?.servedResources ?? []
        if let resource = resources.first, !deleteAll(of: resource, namespace: "") { return }
        release(definition) { json in
            let left =
                json["metadata"]?["finalizers"]?.array?.filter { $0 != .string(CustomDefinition.finalizer) } ?? []
            json[["metadata", "finalizers"]] = left.isEmpty ? nil : .array(left)
        }
        machinery.establish(definition.name)
    }

    /// One resource per table: the versions of one share their objects.
    private var served: [RegisteredResource] {
        var seen: Set<GroupResource> = []
        return machinery.resources.all.filter {
            $0.verbs.contains("delete") && seen.insert(ObjectConversion.table(of: $0)).inserted
        }
    }

    /// Deletes all objects of a resource; true when none is left.
    private func deleteAll(of resource: RegisteredResource, namespace: String) -> Bool {
        let table = ObjectConversion.table(of: resource)
        var options = DeleteOptions()
        options.propagation = .background
        let deleter = ObjectDeleter(machinery: machinery, resource: resource, options: options)
        for object in machinery.store.list(table, namespace: namespace).objects where object.deletionTimestamp == nil {
            do throws(StatusError) {
                _ = try deleter.delete(namespace: object.namespace, name: object.name)
            } catch {
                continue  // gone meanwhile
            }
        }
        return machinery.store.list(table, namespace: namespace).objects.isEmpty
    }

    /// Takes a hold away, and removes the object when it was the last one.
    private func release(_ object: KubeObject, _ change: (inout JSON) -> Void) {
        guard let resource = machinery.resources.resource(object.gvk) else { return }
        let key = resource.key(namespace: "", name: object.name)
        while let live = machinery.store.object(key), live.uid == object.uid {
            var next = live
            change(&next.json)
            guard next.json != live.json else { return }
            do throws(StoreError) {
                if Finalization.isComplete(next) {
                    try machinery.store.remove(live, as: next, at: key)
                } else {
                    try machinery.store.replace(live, with: next, at: key)
                }
                return
            } catch {
                continue
            }
        }
    }
}
