// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// The namespace in which a project keeps its own objects: the inventory and the lease. It is not a member of the
/// project.
package struct ParentNamespace: Sendable {
    private let client: KubeClient
    private let name: String

    package init(client: KubeClient, name: String) {
        self.client = client
        self.name = name
    }

    /// Whether the API server says that it does not exist; false where that cannot be asked.
    func isMissing() async -> Bool {
        do throws(KubeError) {
            let found = try await client.get(.namespaces, namespace: "", name: name)
            return found == nil
        } catch {
            return false
        }
    }

    /// Creates it. One that exists by now is not an error.
    ///
    /// - Parameter journal: Takes the intent before the request and its result after.
    /// - Throws: ``InventoryError``, or whatever the journal throws.
    package func create(journal: any MutationJournal) async throws {
        let json: JSON = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        let namespace = try KubeObject(json)
        let intent = MutationIntent(id: namespace.id, verb: .apply, reason: "the inventory's namespace is missing")
        let doing = "creating the namespace \(name) for the inventory"
        let ending = try await JournaledWrite(intent, in: journal).send {
            [client] () async -> Result<Void, InventoryError> in
            CrashPoint.reach(.afterInventoryIntent)
            defer { CrashPoint.reach(.afterInventoryWrite) }
            do throws(KubeError) {
                _ = try await client.create(namespace, in: .namespaces, fieldManager: FieldManager.applySet)
            } catch {
                // Another process was faster.
                guard error.reason == .alreadyExists else { return .failure(InventoryError(error, while: doing)) }
            }
            return .success(())
        }
        try ending.get(while: doing)
    }
}
