// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// Finding a lost inventory again in the cluster itself.
extension InventoryStore {
    /// How many lists run at the same time while rebuilding.
    private static let listsInFlight = 8

    /// Finds members by label and field manager. Kinds that may not be listed are passed over: what is found is only
    /// added to, never deleted from, by what is not. A kind whose list failed for now is not: its members would be nobody's.
    ///
    /// - Parameters:
    ///   - catalog: The kinds to look through.
    ///   - kinds: Only these; nil for every kind that can be listed.
    /// - Returns: What was found; not marked as rebuilt when that is nothing.
    /// - Throws: ``ApplyError`` when a list failed and may succeed later, or the task is cancelled.
    func rebuilt(from catalog: APICatalog, kinds: Set<GroupKind>?) async throws(ApplyError) -> Inventory {
        var resources: [GroupKind: APIResource] = [:]
        for candidate in kinds ?? Set(catalog.resources.map(\.gvk.groupKind)) {
            guard case .served(let resource) = catalog.lookup(candidate) else { continue }
            guard resource.verbs.isSuperset(of: ["list", "delete"]) else { continue }
            resources[candidate] = resource
        }
        let ordered = resources.values.sorted { $0.gvk.groupKind < $1.gvk.groupKind }
        let selector = applySet.memberSelector
        let client = client
        let lists = await concurrently(ordered, limit: Self.listsInFlight) { resource -> Result<KubeList, KubeError> in
            do throws(KubeError) {
                return .success(try await client.list(resource, labelSelector: selector, metadataOnly: true))
            } catch {
                return .failure(error)
            }
        }
        var members: [ObjectID: Inventory.Member] = [:]
        for case .some(let list) in lists {
            switch list {
            case .success(let list):
                for object in list.objects where object.managedFields.contains(where: \.isOurApply) {
                    members[object.id] = Inventory.Member(uid: object.uid)
                }
            case .failure(let error) where error.isRetryable || error.reason == .cancelled || error.reason == .tls:
                throw ApplyError(error, while: "looking for objects of the missing inventory \(applySet.parent)")
            case .failure: continue
            }
        }
        return Inventory(applySet: applySet, members: members, hintedKinds: kinds ?? [], isRebuilt: !members.isEmpty)
    }
}
