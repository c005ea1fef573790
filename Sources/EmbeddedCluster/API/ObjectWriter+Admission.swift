// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterSchema
import ClusterStore
import KubeObjects

extension ObjectWriter {
    /// Refuses a new object whose namespace or definition is not there or is going away.
    func checkNamespace(for json: JSON) throws(StatusError) {
        if machinery.definition(of: resource)?.deletionTimestamp != nil {
            throw StatusError(
                code: 405,
                reason: "MethodNotAllowed",
                message: "create not allowed while custom resource definition is terminating",
                details: .init(group: resource.gvk.group, kind: resource.plural)
            )
        }
        guard resource.isNamespaced else { return }
        let key = NamespaceLifecycle.key(namespace)
        guard let space = machinery.store.object(key) else {
            throw .notFound(key.resource, namespace)
        }
        guard space.deletionTimestamp == nil else {
            let name = json["metadata"]?["name"]?.string ?? ""
            var refusal = StatusError.forbidden(
                resource.groupResource,
                name,
                "unable to create new content in namespace \(namespace) because it is being terminated"
            )
            refusal.details?.causes = [
                .init(
                    reason: "NamespaceTerminating",
                    message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace"
                )
            ]
            throw refusal
        }
    }

    /// What the server adds to an object from other objects (addresses, accounts, defaults of the cluster), and what the
    /// webhooks say to it.
    func admit(_ json: JSON, before live: KubeObject?) throws(StatusError) -> JSON {
        guard options.subresource.isEmpty else { return json }
        let prepared = try machinery.preparation.prepare(
            json,
            old: live?.json,
            groupKind: resource.gvk.groupKind,
            isDryRun: options.isDryRun
        )
        return try machinery.webhooks.review(
            prepared,
            live == nil ? "CREATE" : "UPDATE",
            isDryRun: options.isDryRun
        )
    }
}
