// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Finding a lost inventory again in the cluster itself.
extension InventoryStore {
    /// How many lists run at the same time while rebuilding.
    private static let listsInFlight = 8

    /// Finds members by label and field manager; they are in doubt until git or a person confirms them. Kinds that
    /// cannot be listed are named as unseen, to be looked through later, and until then nothing is deleted.
    ///
    /// - Parameters:
    ///   - catalog: The kinds to look through.
    ///   - kinds: Only these; nil for every kind that can be listed.
    ///   - namespaces: Where to look when a kind may not be listed for the whole cluster.
    /// - Returns: What was found; not marked as rebuilt when that is nothing.
    /// - Throws: ``InventoryError`` when the API server does not answer at all, or not to us, or the task is cancelled.
    func rebuilt(
        from catalog: APICatalog,
        kinds: Set<GroupKind>?,
        namespaces: Set<String>
    ) async throws(InventoryError) -> Inventory {
        var resources: [GroupKind: APIResource] = [:]
        var unseen: Set<GroupKind> = []
        for candidate in kinds ?? Set(catalog.resources.map(\.gvk.groupKind)) {
            if case .served(let found) = catalog.lookup(candidate), found.verbs.isSuperset(of: ["list", "delete"]) {
                resources[candidate] = found
            } else if kinds != nil {
                unseen.insert(candidate)
            }
        }
        let ordered = resources.values.sorted { $0.gvk.groupKind < $1.gvk.groupKind }
        let found = await concurrently(ordered, limit: Self.listsInFlight) { resource in
            await self.labelled(resource, namespaces)
        }
        var members: [ObjectID: Inventory.Member] = [:]
        var mayHaveMembers = false
        for (resource, result) in zip(ordered, found) {
            let (objects, failure) = result ?? ([], .cancelled)
            for object in objects where object.hasOurApply {
                members[object.id] = Inventory.Member(uid: object.uid, doubt: .lost)
            }
            guard let failure else { continue }
            guard failure.isOfOneKind else {
                throw InventoryError(failure, while: "looking for objects of the missing inventory \(applySet.parent)")
            }
            unseen.insert(resource.gvk.groupKind)
            mayHaveMembers = mayHaveMembers || failure.isRetryable
        }
        // Without a parent and without any object of ours, no inventory was lost. Who may not list a kind has made none of
        // it, but a list that failed for now might have shown some.
        guard kinds != nil || !members.isEmpty || mayHaveMembers else { return Inventory(applySet: applySet) }
        if kinds == nil {
            for group in catalog.unavailableGroups.keys {
                unseen.insert(GroupKind(group: group, kind: UnseenKinds.wildcard))
            }
        }
        return Inventory(applySet: applySet, members: members, unseenKinds: unseen, isRebuilt: !members.isEmpty)
    }

    /// The objects of a kind that carry our label, and why these are not all. Where the list of the whole cluster is
    /// forbidden, those in the namespaces.
    private func labelled(
        _ resource: APIResource,
        _ namespaces: Set<String>
    ) async -> (objects: [KubeObject], failure: KubeError?) {
        func list(_ namespace: String) async throws(KubeError) -> [KubeObject] {
            try await client.list(
                resource,
                namespace: namespace,
                labelSelector: applySet.memberSelector,
                metadataOnly: true,
                patience: UnseenKinds.patience
            ).objects
        }
        do throws(KubeError) { return (try await list(""), nil) } catch {
            guard error.reason == .forbidden, resource.isNamespaced else { return ([], error) }
            var objects: [KubeObject] = []
            for namespace in namespaces.sorted() {
                do throws(KubeError) { objects += try await list(namespace) } catch let inner {
                    if inner.reason != .forbidden { return ([], inner) }
                }
            }
            return (objects, error)
        }
    }
}

extension KubeError {
    /// Whether the API server has answered, and only this kind cannot be listed: its conversion webhook or its storage is
    /// broken, or it is forbidden.
    fileprivate var isOfOneKind: Bool {
        switch reason {
        case .cancelled, .tls, .unauthorized, .unreachable, .configuration, .withheld: false
        default: true
        }
    }
}
