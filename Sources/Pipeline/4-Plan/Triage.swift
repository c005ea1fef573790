// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender

/// Sorts live objects, one at a time, into settled and open ones, as a whole plan would: the step between looking and
/// planning. The fields of settled objects need not be kept, so whoever reads applies it to each object as it comes. Pure.
package struct Triage: TriageRule {
    private let resolver: ManifestResolver
    private let applySet: ApplySet
    private let marks: [ObjectID: Inventory.AppliedMark]
    private let residualKey: ResidualKey
    /// What is declared exactly once, by the identity that it has in the cluster.
    private let manifests: [ObjectID: RenderedObject]

    /// Judges live objects for one commit.
    ///
    /// - Parameters:
    ///   - rendered: Everything the commit wants.
    ///   - catalog: Where objects of a kind live.
    ///   - inventory: Whose marks say what was applied before.
    ///   - defaultNamespace: The namespace of namespaced manifests that name none; empty means `default`.
    package init(rendered: RenderedSet, catalog: APICatalog, inventory: Inventory, defaultNamespace: String) {
        resolver = ManifestResolver(
            rendered: rendered,
            catalog: catalog,
            applySet: inventory.applySet,
            defaultNamespace: defaultNamespace
        )
        applySet = inventory.applySet
        marks = inventory.marks
        residualKey = inventory.residualKey
        var manifests: [ObjectID: RenderedObject] = [:]
        var repeated: Set<ObjectID> = []
        for item in rendered.objects {
            guard let id = resolver.identity(of: item.object) else { continue }
            if manifests.updateValue(item, forKey: id) != nil { repeated.insert(id) }
        }
        for id in repeated { manifests[id] = nil }
        self.manifests = manifests
    }

    /// What has to be kept of a live object: its mark when it is settled, or all of it.
    package func kept(_ live: KubeObject) -> LiveObject {
        guard let uid = live.uid, let version = live.resourceVersion, live.deletionTimestamp == nil,
            let item = manifests[live.id], item.object.gvk == live.gvk, !SyncAnnotation.isLeftAlone(live),
            Ownership.of(live, for: applySet) == .ours, ImagePins(of: live).isEmpty,
            // Owners are kept whole, because they decide what else may be deleted.
            !live.hasOwners,
            case .success(let manifest) = resolver.resolve(item),
            !SyncAnnotation.isLeftAlone(manifest.object)
        else { return .whole(live) }
        let now = Inventory.AppliedMark(
            uid: uid,
            resourceVersion: version,
            contentHash: manifest.contentHash,
            state: Inventory.AppliedMark.state(of: live)
        )
        let mark = marks[live.id].flatMap { $0.isOf(manifest.contentHash, uid: uid) ? $0 : nil }
        if mark?.hasSeen(live) == true { return .settled(now) }
        let isNews = mark == nil && marks[live.id]?.uid == uid
        let differences = FieldComparison.differences(declared: manifest.object, live: live, isNews: isNews)
        guard differences.isEmpty || mark?.residual.covers(differences, key: residualKey) == true else {
            return .whole(live)
        }
        return .settled(now)
    }

    /// Whether a manifest, declared exactly once, is still the one that an object was settled by.
    package func holds(_ mark: Inventory.AppliedMark, for id: ObjectID) -> Bool {
        guard let item = manifests[id], case .success(let manifest) = resolver.resolve(item),
            !SyncAnnotation.isLeftAlone(manifest.object)
        else { return false }
        return manifest.contentHash == mark.contentHash
    }
}
