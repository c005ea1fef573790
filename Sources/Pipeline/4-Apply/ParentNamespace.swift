// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// The namespace in which a project keeps its own objects: the inventory and the lease. It is no member of the project.
package struct ParentNamespace: Sendable {
    private let client: KubeClient
    private let name: String

    package init(client: KubeClient, name: String) {
        self.client = client
        self.name = name
    }

    /// Creates it; one that is there by now will do as well.
    ///
    /// - Parameter journal: Takes the intent before the request and its result after.
    /// - Throws: ``ApplyError``, or whatever the journal throws.
    package func create(journal: any MutationJournal) async throws {
        let json: JSON = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        let namespace = try KubeObject(json)
        let intent = MutationIntent(id: namespace.id, verb: .apply, reason: "the inventory's namespace is missing")
        try await journal.journaled(intent) { [client, name] () async throws(ApplyError) in
            do throws(KubeError) {
                _ = try await client.create(namespace, in: .namespaces, fieldManager: FieldManager.applySet)
            } catch  where error.reason != .alreadyExists {
                throw ApplyError(error, while: "creating the namespace \(name) for the inventory")
            } catch {
                return  // somebody was faster
            }
        }
    }
}
