// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterSchema
import ClusterStore
import KubeObjects

extension APIMachinery {
    /// A client that writes under this field manager.
    func client(as manager: String) -> LocalClient {
        LocalClient(store: store, resources: resources, writer: self, manager: manager)
    }
}

/// The writes of the controllers follow the rules of requests.
extension APIMachinery: LocalWriter {
    func create(_ object: JSON, as manager: String) throws(StatusError) -> KubeObject {
        let gvk = GroupVersionKind(
            apiVersion: object["apiVersion"]?.string ?? "",
            kind: object["kind"]?.string ?? ""
        )
        guard let resource = resources.resource(gvk) else { throw .noSuchPath }
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        return try objectWriter(resource, namespace: namespace, manager: manager).create(RequestBody(object)).object
    }

    func mutate(
        _ key: ObjectKey,
        subresource: String,
        as manager: String,
        _ change: (inout JSON) -> Void
    ) throws(StatusError) -> KubeObject? {
        guard let resource = resources.storageResource(key.resource) else { return nil }
        let writer = objectWriter(resource, namespace: key.namespace, manager: manager, subresource: subresource)
        do throws(StatusError) {
            let outcome = try writer.change(key.name) { live throws(StatusError) in
                guard let live else { throw .notFound(key.resource, key.name) }
                var json = live.json
                change(&json)
                if json == live.json { return json }
                let after = try writer.canonical(json)
                return ManagedFieldsUpdater.update(
                    before: live.json,
                    after: after,
                    schema: writer.schema,
                    writer: writer.writer
                )
            }
            return outcome.object
        } catch  where error.reason == "NotFound" {
            return nil
        }
    }

    func delete(
        _ key: ObjectKey,
        uid: String?,
        propagation: DeletionPropagation,
        gracePeriodSeconds: Int64?
    ) throws(StatusError) {
        guard let resource = resources.storageResource(key.resource) else { return }
        var options = DeleteOptions()
        options.uid = uid
        options.propagation = propagation
        options.gracePeriodSeconds = gracePeriodSeconds
        let deleter = ObjectDeleter(machinery: self, resource: resource, options: options)
        do throws(StatusError) {
            _ = try deleter.delete(namespace: key.namespace, name: key.name)
        } catch  where error.reason == "NotFound" || error.reason == "Conflict" {
            return
        }
    }

    private func objectWriter(
        _ resource: RegisteredResource,
        namespace: String,
        manager: String,
        subresource: String = ""
    ) -> ObjectWriter {
        ObjectWriter(
            machinery: self,
            resource: resource,
            namespace: resource.isNamespaced ? namespace : "",
            options: WriteOptions(fieldManager: manager, fieldValidation: .ignore, subresource: subresource),
            warnings: WarningCollector()
        )
    }
}
