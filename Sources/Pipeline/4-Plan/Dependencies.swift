// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender

/// What an object cannot exist or start without, among the objects of the same commit: its namespace, its definition,
/// a role that it did not have, and, for what does not exist yet, what its pods name.
struct Dependencies {
    private let byID: [ObjectID: ResolvedManifest]
    private let refused: [ObjectID: RefusedObject]

    init(manifests: [ResolvedManifest], refused: [RefusedObject]) {
        byID = Dictionary(manifests.map { ($0.id, $0) }) { first, _ in first }
        self.refused = Dictionary(refused.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Turns wanted changes into steps with their dependencies; one whose dependency is refused and does not exist is
    /// refused itself, and so is what depends on that one.
    func attach(to wanted: [WantedChange], live: LiveSet) -> (steps: [Step], blocked: [RefusedObject]) {
        let needs = Dictionary(
            wanted.map { ($0.manifest.id, self.needs(of: $0, live: live)) }
        ) { first, _ in first }
        var blocked: [ObjectID: RefusedObject] = [:]
        var changed = true
        while changed {
            changed = false
            for change in wanted where blocked[change.manifest.id] == nil {
                guard
                    let culprit = needs[change.manifest.id]?.first(where: { refused[$0] != nil || blocked[$0] != nil })
                else { continue }
                blocked[change.manifest.id] = RefusedObject(
                    id: change.manifest.id,
                    apiVersion: change.manifest.object.gvk.apiVersion,
                    origin: change.manifest.origin,
                    reason: .blocked,
                    message: "blocked by \(culprit): it could not be applied"
                )
                changed = true
            }
        }
        let steps = wanted.filter { blocked[$0.manifest.id] == nil }.map { change in
            change.step(dependsOn: (needs[change.manifest.id] ?? []).filter { byID[$0] != nil })
        }
        return (steps, blocked.values.sorted { $0.id < $1.id })
    }

    /// The objects of this commit that are missing from the cluster and that this one needs.
    private func needs(of change: WantedChange, live: LiveSet) -> [ObjectID] {
        var ids: [ObjectID] = []
        let id = change.manifest.id
        if !id.namespace.isEmpty {
            ids.append(ObjectID(groupKind: GroupKind.namespace, namespace: "", name: id.namespace))
        }
        if let definition = change.manifest.definedBy { ids.append(definition) }
        // A binding is made anew for another role.
        let named = References.of(change.manifest.object)
        let isOfNewRole = change.manifest.object.json["roleRef"] != nil && change.live.map(References.of) != named
        if change.live == nil || isOfNewRole { ids += named }
        let own = change.manifest.definedBy
        return ids.filter { candidate in
            (byID[candidate] != nil || refused[candidate] != nil) && candidate != id
                && (live.objects[candidate] == nil || candidate == own)
        }
    }
}
