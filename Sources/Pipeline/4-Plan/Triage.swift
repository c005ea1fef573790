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
    private let manifests: [ObjectID: Declared]
    /// The content hash of each manifest, for the draft of the same pass.
    package let hashes: ContentHashes

    /// A manifest, and by which content it may settle an object.
    private struct Declared: Sendable {
        let item: RenderedObject
        /// Nil for one that has no place or asks to be left alone.
        let hash: String?
    }

    /// Judges live objects for one commit.
    ///
    /// - Parameters:
    ///   - rendered: Everything the commit wants.
    ///   - catalog: Where objects of a kind live.
    ///   - inventory: Whose marks say what was applied before.
    ///   - defaultNamespace: The namespace of namespaced manifests that name none; empty means `default`.
    package init(rendered: RenderedSet, catalog: APICatalog, inventory: Inventory, defaultNamespace: String) {
        let resolver = ManifestResolver(
            rendered: rendered,
            catalog: catalog,
            applySet: inventory.applySet,
            defaultNamespace: defaultNamespace
        )
        applySet = inventory.applySet
        marks = inventory.marks
        residualKey = inventory.residualKey
        var manifests: [ObjectID: Declared] = [:]
        var repeated: Set<ObjectID> = []
        var hashes: [KnownHash?] = []
        hashes.reserveCapacity(rendered.objects.count)
        // Each document is written and hashed here and nowhere else in a pass: whoever reads asks about every object.
        for item in rendered.objects {
            let manifest = try? resolver.resolve(item).get()
            let hash = manifest.map { KnownHash(id: $0.id, text: $0.contentHash) }
            hashes.append(hash)
            guard let id = resolver.identity(of: item.object) else { continue }
            let isLeftAlone = manifest.map { SyncAnnotation.isLeftAlone($0.object) } ?? true
            let declared = Declared(item: item, hash: isLeftAlone ? nil : hash?.text)
            if manifests.updateValue(declared, forKey: id) != nil { repeated.insert(id) }
        }
        for id in repeated { manifests[id] = nil }
        self.resolver = resolver
        self.hashes = ContentHashes(hashes)
        self.manifests = manifests
    }

    /// What has to be kept of a live object: its mark when it is settled, or all of it.
    package func kept(_ live: KubeObject) -> LiveObject {
        guard let uid = live.uid, let version = live.resourceVersion, live.deletionTimestamp == nil,
            let declared = manifests[live.id], declared.item.object.gvk == live.gvk, !SyncAnnotation.isLeftAlone(live),
            Ownership.of(live, for: applySet) == .ours, ImagePins(of: live).isEmpty,
            // Owners are kept whole, because they decide what else may be deleted.
            !live.hasOwners,
            let hash = declared.hash
        else { return .whole(live) }
        let now = Inventory.AppliedMark(
            uid: uid,
            resourceVersion: version,
            contentHash: hash,
            state: Inventory.AppliedMark.state(of: live)
        )
        let mark = marks[live.id].flatMap { $0.isOf(hash, uid: uid) ? $0 : nil }
        if mark?.hasSeen(live) == true { return .settled(now) }
        let known = KnownHash(id: live.id, text: hash)
        guard case .success(let manifest) = resolver.resolve(declared.item, known: known) else { return .whole(live) }
        let isNews = mark == nil && marks[live.id]?.uid == uid
        let differences = FieldComparison.differences(declared: manifest.object, live: live, isNews: isNews)
        guard differences.isEmpty || mark?.residual.covers(differences, key: residualKey) == true else {
            return .whole(live)
        }
        return .settled(now)
    }

    /// Whether a manifest, declared exactly once, is still the one that an object was settled by.
    package func holds(_ mark: Inventory.AppliedMark, for id: ObjectID) -> Bool {
        manifests[id]?.hash == mark.contentHash
    }
}
