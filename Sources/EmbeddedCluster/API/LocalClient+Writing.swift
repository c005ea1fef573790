// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// How a deletion treats the objects that the deleted one owns.
package enum DeletionPropagation: String, Sendable, Hashable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
}

extension LocalClient {
    /// Creates an object and returns it as stored.
    ///
    /// - Throws: ``StatusError`` exactly as over the network: `AlreadyExists`, `NotFound` for its namespace, `Invalid`.
    @discardableResult
    package func create(_ object: JSON) throws(StatusError) -> KubeObject {
        let gvk = GroupVersionKind(
            apiVersion: object["apiVersion"]?.string ?? "",
            kind: object["kind"]?.string ?? ""
        )
        guard let resource = resources.resource(gvk) else { throw .noSuchPath }
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        return try writer(resource, namespace: namespace).create(RequestBody(object)).object
    }

    /// Changes an object in place: reads it, applies `change` and writes it, again from the start when somebody else wrote
    /// in between. A change that changes nothing is not written.
    ///
    /// - Parameters:
    ///   - key: Where the object is.
    ///   - subresource: `status` writes only `status`; empty writes all but `status`, where the kind has a status
    ///     subresource.
    ///   - change: Called once per attempt with the object as stored.
    /// - Returns: The object as stored; nil when there is none.
    /// - Throws: ``StatusError`` when the changed object is refused.
    @discardableResult
    package func mutate(
        _ key: ObjectKey,
        subresource: String = "",
        _ change: (inout JSON) -> Void
    ) throws(StatusError) -> KubeObject? {
        guard let resource = resources.storageResource(key.resource) else { return nil }
        let writer = writer(resource, namespace: key.namespace, subresource: subresource)
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

    /// Deletes an object: at once, or by setting its deletionTimestamp while finalizers or a grace period are left.
    ///
    /// An object that is not there, or is another one than `uid`, is no error: nothing happens.
    ///
    /// - Parameters:
    ///   - key: Where the object is.
    ///   - uid: The object that is meant; nil for whatever is there.
    ///   - propagation: What becomes of the objects that it owns.
    ///   - gracePeriodSeconds: Of a pod: 0 removes it at once, as its kubelet does when the containers have ended.
    /// - Throws: ``StatusError`` when the deletion is refused.
    package func delete(
        _ key: ObjectKey,
        uid: String? = nil,
        propagation: DeletionPropagation = .background,
        gracePeriodSeconds: Int64? = nil
    ) throws(StatusError) {
        guard let resource = resources.storageResource(key.resource) else { return }
        var options = DeleteOptions()
        options.uid = uid
        options.propagation = propagation
        options.gracePeriodSeconds = gracePeriodSeconds
        let deleter = ObjectDeleter(machinery: machinery, resource: resource, options: options)
        do throws(StatusError) {
            _ = try deleter.delete(namespace: key.namespace, name: key.name)
        } catch  where error.reason == "NotFound" || error.reason == "Conflict" {
            return
        }
    }

    private func writer(
        _ resource: RegisteredResource,
        namespace: String,
        subresource: String = ""
    ) -> ObjectWriter {
        ObjectWriter(
            machinery: machinery,
            resource: resource,
            namespace: resource.isNamespaced ? namespace : "",
            options: WriteOptions(fieldManager: manager, fieldValidation: .ignore, subresource: subresource),
            warnings: WarningCollector()
        )
    }
}
