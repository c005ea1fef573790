// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncPlan

/// Claims that are not bound because their StorageClass binds a volume only for the first Pod that uses it
/// (`volumeBindingMode: WaitForFirstConsumer`): without such a Pod they count as healthy.
extension HealthObserver {
    private static let claim = GroupKind(group: "", kind: "PersistentVolumeClaim")
    /// The scheduler's mark on a claim for whose Pod it has chosen a node: from then on a volume is on its way.
    private static let selectedNode = "volume.kubernetes.io/selected-node"

    /// Better observations of the round's claims that wait for their first consumer; empty when there are none.
    func restingClaims(in round: Round, _ catalog: APICatalog) async -> [ObjectID: Observation] {
        let waiting = round.objects.values.filter { claim in
            claim.gvk.groupKind == Self.claim && round.observations[claim.id]?.status == .inProgress
                && ["Pending", nil].contains(claim.status?["phase"]?.string)
                && claim.annotation(Self.selectedNode) == nil && claim.deletionTimestamp == nil
        }
        guard !waiting.isEmpty else { return [:] }
        var late: [String: Bool?] = [:]
        var used: [String: Set<String>] = [:]
        var found: [ObjectID: Observation] = [:]
        for claim in waiting.sorted(by: { $0.id < $1.id }) {
            guard let name = claim.spec?["storageClassName"]?.string, !name.isEmpty else { continue }
            if late[name] == nil { late[name] = .some(await bindsLate(name, catalog)) }
            guard await isLate(claim, as: late[name] ?? nil, catalog) else { continue }
            if used[claim.namespace] == nil { used[claim.namespace] = await claimsOfPods(in: claim.namespace, catalog) }
            guard used[claim.namespace]?.contains(claim.name) != true else { continue }
            let message = "waits for the first Pod that uses it, as its StorageClass \(name) asks"
            found[claim.id] = Observation(status: .current, message: message, prospect: .open)
        }
        return found
    }

    /// Decided by the class; where it cannot be read, by the volume controller's event about the claim.
    private func isLate(_ claim: KubeObject, as known: Bool?, _ catalog: APICatalog) async -> Bool {
        if let known { return known }
        guard let uid = claim.uid, let events = served("Event", group: "", catalog) else { return false }
        let selector = "involvedObject.uid=\(uid),reason=WaitForFirstConsumer"
        do throws(KubeError) {
            return try await !client.list(events, namespace: claim.namespace, fieldSelector: selector).objects.isEmpty
        } catch {
            // Not known either way: the claim's phase counts, so it is not bound.
            return false
        }
    }

    /// Whether a class binds its claims late; nil when that cannot be read.
    private func bindsLate(_ name: String, _ catalog: APICatalog) async -> Bool? {
        guard let classes = served("StorageClass", group: "storage.k8s.io", catalog) else { return nil }
        do throws(KubeError) {
            let found = try await client.get(classes, namespace: "", name: name)
            return found?.json["volumeBindingMode"]?.string == "WaitForFirstConsumer"
        } catch {
            return nil
        }
    }

    /// The names of the claims that Pods of a namespace use, ended ones apart. None when the Pods cannot be read: then
    /// only the scheduler's annotation decides.
    private func claimsOfPods(in namespace: String, _ catalog: APICatalog) async -> Set<String> {
        guard let resource = served("Pod", group: "", catalog) else { return [] }
        let pods: [KubeObject]
        do throws(KubeError) { pods = try await client.list(resource, namespace: namespace).objects } catch {
            return []
        }
        let running = pods.filter { !["Succeeded", "Failed"].contains($0.status?["phase"]?.string) }
        return Set(
            running.flatMap { pod in
                (pod.spec?["volumes"]?.array ?? []).compactMap { $0["persistentVolumeClaim"]?["claimName"]?.string }
            }
        )
    }

    private func served(_ kind: String, group: String, _ catalog: APICatalog) -> APIResource? {
        guard case .served(let resource) = catalog.lookup(GroupKind(group: group, kind: kind)) else { return nil }
        return resource
    }
}
