// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender

/// An object that must be written, before its dependencies are known.
struct WantedChange: Sendable {
    let manifest: ResolvedManifest
    let action: Step.Action
    let cause: Step.Cause
    let live: KubeObject?
    let differences: [FieldDifference]
    /// How many of them, from the first, are new since the object was written last.
    var newsCount: Int?
    /// As ``Step/isConfirmed``.
    var isConfirmed = true

    /// The step, once it is known what must come before.
    func step(dependsOn: [ObjectID]) -> Step {
        Step(
            id: manifest.id,
            action: action,
            cause: cause,
            object: manifest.object,
            resource: manifest.resource,
            origin: manifest.origin,
            contentHash: manifest.contentHash,
            live: live,
            differences: differences,
            newsCount: newsCount,
            dependsOn: dependsOn,
            mayRecreate: SyncAnnotation.allowsRecreate(manifest.object)
                && KindOrder.mayBeRecreated(manifest.id.groupKind),
            isConfirmed: isConfirmed
        )
    }
}

/// Sorts manifests into: to be written, as they should be, drifted but only reported, refused.
struct ManifestSorting {
    private let live: LiveSet
    private let inventory: Inventory
    private let policy: PlanPolicy
    private(set) var manifests: [ObjectID: [ResolvedManifest]] = [:]
    private(set) var wanted: [WantedChange] = []
    private(set) var unchanged: [SettledObject] = []
    private(set) var reportedDrift: [Step] = []
    var refused: [RefusedObject] = []

    init(live: LiveSet, inventory: Inventory, policy: PlanPolicy) {
        self.live = live
        self.inventory = inventory
        self.policy = policy
    }

    /// Takes in one manifest; nothing is decided before `settle`.
    mutating func add(_ manifest: ResolvedManifest) { manifests[manifest.id, default: []].append(manifest) }

    /// Decides about every manifest, in the order of their identities.
    mutating func settle() {
        for id in manifests.keys.sorted() {
            guard let found = manifests[id], let manifest = found.first else { continue }
            if found.count > 1 {
                refuseDuplicates(found)
            } else {
                settle(manifest)
            }
        }
    }

    private mutating func refuseDuplicates(_ found: [ResolvedManifest]) {
        for manifest in found {
            let elsewhere = found.map(\.origin).filter { $0 != manifest.origin }.map(\.description)
            refuse(
                manifest,
                .duplicate,
                "is declared again at \(elsewhere.joined(separator: ", ")) once the namespace is filled in; keep one"
            )
        }
    }

    private mutating func settle(_ manifest: ResolvedManifest) {
        if SyncAnnotation.isLeftAlone(manifest.object) {
            refuse(manifest, .optedOut, "is left alone, as an annotation in its manifest asks")
            return
        }
        if let reason = live.unreadable[manifest.id.groupKind], live.objects[manifest.id] == nil {
            refuse(manifest, .liveUnreadable, "the live objects of this kind could not be read: \(reason)")
            return
        }
        guard let found = live.objects[manifest.id] else {
            settleMissing(manifest)
            return
        }
        switch found {
        case .whole(let object): settle(manifest.pinned(on: object), against: object)
        case .settled(let mark):
            let known = inventory.marks[manifest.id]
            let isKnown = known?.isOf(mark.contentHash, uid: mark.uid) == true
            settled(
                manifest,
                as: Inventory.AppliedMark(
                    uid: mark.uid,
                    resourceVersion: mark.resourceVersion,
                    contentHash: mark.contentHash,
                    residual: isKnown ? known?.residual ?? .empty : .empty,
                    state: mark.state
                )
            )
        }
    }

    /// Decides about a manifest whose object the cluster does not have.
    private mutating func settleMissing(_ manifest: ResolvedManifest) {
        if let mark = markOfDone(manifest) {
            settled(manifest, as: mark, isDone: true)
            return
        }
        if let space = terminatingNamespace(of: manifest) {
            refuse(
                manifest,
                .terminating,
                "its namespace is being deleted since \(space.deletionTimestamp ?? "?"); it is created again when the"
                    + " namespace is gone"
            )
            return
        }
        let isSame = inventory.marks[manifest.id]?.contentHash == manifest.contentHash
        let wasThere = inventory.members[manifest.id]?.uid != nil
        let change = WantedChange(
            manifest: manifest,
            action: .create,
            cause: wasThere ? .deleted : .missing,
            live: nil,
            differences: []
        )
        if wasThere, isSame, policy.drift == .report {
            reportedDrift.append(change.step(dependsOn: []))
        } else if let contest = policy.vanishing[manifest.id], contest.contentHash == manifest.contentHash {
            refuse(manifest, .vanishing, contest.description)
        } else {
            want(change)
        }
    }

    /// The namespace of a manifest when it is being deleted, so that nothing can be created in it.
    private func terminatingNamespace(of manifest: ResolvedManifest) -> KubeObject? {
        guard !manifest.id.namespace.isEmpty else { return nil }
        let id = ObjectID(groupKind: GroupKind.namespace, namespace: "", name: manifest.id.namespace)
        return live.objects[id]?.whole.flatMap { $0.deletionTimestamp == nil ? nil : $0 }
    }

    /// Decides about a manifest beside the live object of its identity.
    private mutating func settle(_ manifest: ResolvedManifest, against found: KubeObject) {
        let ownership = Ownership.of(found, for: inventory.applySet, owners: live.owners)
        if let (reason, message) = refusal(of: found, ownership, manifest.resource) {
            refuse(manifest, reason, message)
            return
        }
        let known = inventory.marks[manifest.id]
        let mark = known.flatMap { $0.isOf(manifest.contentHash, uid: found.uid) ? $0 : nil }
        if let mark, mark.hasSeen(found) {
            settled(manifest, as: mark)
            return
        }
        let isNews = mark == nil && known?.uid == found.uid
        let differences = FieldComparison.differences(declared: manifest.object, live: found, isNews: isNews)
        // The API server makes this of our document each time: to apply it again would change nothing.
        let residual = mark?.residual ?? .empty
        if differences.isEmpty || residual.covers(differences, key: inventory.residualKey) {
            settled(
                manifest,
                as: Inventory.AppliedMark(
                    uid: found.uid ?? "",
                    resourceVersion: found.resourceVersion ?? "",
                    contentHash: manifest.contentHash,
                    residual: differences.isEmpty ? .empty : residual,
                    state: Inventory.AppliedMark.state(of: found)
                )
            )
            return
        }
        if mark != nil, let contest = policy.contested[manifest.id] {
            refuse(manifest, .contested, contest.description)
            return
        }
        let cause = cause(of: differences, ownership, isMarked: mark != nil, isNews: isNews)
        let change = change(of: found, to: manifest, because: cause, differences)
        if change.cause == .drift, policy.drift == .report {
            reportedDrift.append(change.step(dependsOn: []))
        } else {
            want(change)
        }
    }

    /// Why a live object is left as it is, whatever its manifest says; nil when it may be written.
    private func refusal(
        of found: KubeObject,
        _ ownership: Ownership,
        _ resource: APIResource
    ) -> (reason: RefusedObject.Reason, message: String)? {
        if SyncAnnotation.isLeftAlone(found) {
            return (.optedOutLive, "is left alone, as an annotation on the live object asks")
        }
        if case .other(let owner) = ownership {
            let refusal = OwnerRefusal(live: found, owner: owner, resource: resource)
            return (.ownedByOther, refusal.message(applySet: inventory.applySet))
        }
        if found.deletionTimestamp != nil {
            return (.terminating, "the live object \(found.deletionText); it is created again when it is gone")
        }
        return nil
    }

    /// The write that makes a live object as its manifest says. What the server already stored differently at the last
    /// apply is named last: it is hardly the reason for this write.
    private func change(
        of found: KubeObject,
        to manifest: ResolvedManifest,
        because cause: Step.Cause,
        _ differences: [FieldDifference]
    ) -> WantedChange {
        let known = inventory.marks[manifest.id]
        let kept = known?.uid == found.uid ? known?.residual ?? .empty : .empty
        var (news, remembered): ([FieldDifference], [FieldDifference]) = ([], [])
        for difference in differences {
            if kept.covers([difference], key: inventory.residualKey) {
                remembered.append(difference)
            } else {
                news.append(difference)
            }
        }
        return WantedChange(
            manifest: manifest,
            action: .configure,
            cause: cause,
            live: found,
            differences: news + remembered,
            newsCount: news.isEmpty ? remembered.count : news.count,
            isConfirmed: inventory.confirms(found)
        )
    }

    /// The mark of a manifest that was applied as it is now and whose object has removed itself since, from the marks
    /// of this data folder or from the member in the cluster. Where its namespace is missing too, the object did not
    /// remove itself.
    private func markOfDone(_ manifest: ResolvedManifest) -> Inventory.AppliedMark? {
        guard manifest.object.removesItself else { return nil }
        let known = inventory.marks[manifest.id].flatMap { $0.contentHash == manifest.contentHash ? $0 : nil }
        let member = inventory.members[manifest.id].flatMap { $0.isOf(manifest.contentHash) ? $0.uid : nil }
        guard
            let mark = known
                ?? member.map({ .init(uid: $0, resourceVersion: "", contentHash: manifest.contentHash) })
        else { return nil }
        let space = ObjectID(groupKind: GroupKind.namespace, namespace: "", name: manifest.id.namespace)
        return manifests[space] != nil && live.objects[space] == nil ? nil : mark
    }

    /// To be written, unless the very same write failed lately.
    private mutating func want(_ change: WantedChange) {
        let id = change.manifest.id
        if let failed = policy.withheld[id], failed.isSame(as: change.step(dependsOn: [])) {
            refuse(change.manifest, .failing, failed.reason)
        } else {
            wanted.append(change)
        }
    }

    /// Why a live object differs. Without a mark of this incarnation `managedFields` decides: what other managers have
    /// written is drift and not a change of the commit.
    private func cause(
        of differences: [FieldDifference],
        _ ownership: Ownership,
        isMarked: Bool,
        isNews: Bool
    ) -> Step.Cause {
        if ownership == .unowned { return .adoption }
        if isMarked { return .drift }
        return !isNews && differences.allSatisfy(\.isForeign) ? .drift : .commit
    }

    private mutating func settled(_ manifest: ResolvedManifest, as mark: Inventory.AppliedMark, isDone: Bool = false) {
        unchanged.append(
            SettledObject(
                id: manifest.id,
                apiVersion: manifest.object.gvk.apiVersion,
                origin: manifest.origin,
                uid: mark.uid,
                resourceVersion: mark.resourceVersion,
                contentHash: mark.contentHash,
                residual: mark.residual,
                state: mark.state,
                isDone: isDone,
                removesItself: manifest.object.removesItself
            )
        )
    }

    private mutating func refuse(_ manifest: ResolvedManifest, _ reason: RefusedObject.Reason, _ message: String) {
        refused.append(
            RefusedObject(
                id: manifest.id,
                apiVersion: manifest.object.gvk.apiVersion,
                origin: manifest.origin,
                reason: reason,
                message: message
            )
        )
    }
}
