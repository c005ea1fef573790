// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// What becomes of one member that the commit does not declare.
extension PrunePlanner {
    enum Fate {
        case delete(PruneStep)
        /// Leaves the inventory because it does not exist any more.
        case gone(String)
        /// Leaves the inventory and stays in the cluster, because this project may not delete it.
        case release(String)
        /// Stays in the cluster whatever git says, because it asks for that or this project may not delete it; a member
        /// for as long as `isMember` says so: then every pass reads it.
        case spare(String, isMember: Bool)
        /// Stays in the cluster and a member until something else is gone, or can be read.
        case keep(String)
        /// The same, because it is being deleted already; perhaps one that this project might not delete.
        case ending(String, isOurs: Bool)
        /// Stays in the cluster and a member until git or a person changes something.
        case remain(String)

        /// Whether the limits of a prune are also taken of it: it is in the cluster and ours, as far as is known, and does
        /// not stay whatever git says.
        var counts: Bool {
            switch self {
            case .gone, .release, .spare: false
            case .delete, .keep, .remain: true
            case .ending(_, let isOurs): isOurs
            }
        }

        /// Whether a later pass may have to delete it although nobody changes anything.
        var isLeftOver: Bool {
            switch self {
            case .delete, .keep: true
            case .gone, .release, .spare, .ending, .remain: false
            }
        }

        /// Whether it leaves the inventory and stays in the cluster.
        var isLetGo: Bool {
            switch self {
            case .release, .spare(_, isMember: false): true
            case .gone, .delete, .keep, .ending, .remain, .spare(_, isMember: true): false
            }
        }

        /// Whether it is a member after this pass as well; a step counts until it is carried out.
        var isMember: Bool {
            switch self {
            case .gone, .release: false
            case .spare(_, let isMember): isMember
            case .delete, .keep, .ending, .remain: true
            }
        }
    }

    /// Why a member stays for which a later pass cannot see what needed it.
    private static let stillNeeded =
        "an object that stays in the cluster needed it when it left git; once nothing uses it, delete it by hand, or take"
        + " its label \(ApplySet.partOfLabel) off to hand it over"

    func fate(of id: ObjectID, _ member: Inventory.Member) -> Fate {
        if let reason = live.unreadable[id.groupKind] { return .keep("its kind could not be read: \(reason)") }
        let resource: APIResource
        switch live.catalog.lookup(id.groupKind) {
        case .served(let found): resource = found
        case .unavailable(let reason): return .keep("its API group did not answer: \(reason)")
        case .unknown:
            return live.undefined.contains(id.groupKind)
                ? .gone("its kind is no longer defined, so it is gone") : .keep("its kind is not served now")
        }
        guard let found = live.objects[id] else {
            guard resource.verbs.contains("list") || resource.verbs.contains("get") else {
                return .keep("its kind can neither be listed nor read by name, so it is not known whether it is there")
            }
            return .gone(
                member.uid == nil
                    ? "it is not in the cluster, and no pass has seen it there" : "it is gone from the cluster"
            )
        }
        guard let object = found.whole else { return .keep("it is as a manifest declares it") }
        let release = reasonToRelease(object, member)
        // Whatever it asks for, and whoever has it: what it needs is needed until it is gone. What the commit declares under
        // another identity is judged there.
        if object.deletionTimestamp != nil, !isDeclaredOtherwise(object) {
            let owner = release.map { "; \($0)" } ?? ""
            return .ending("it \(object.deletionText)\(owner)", isOurs: release == nil)
        }
        if let release { return .release(release) }
        guard let uid = object.uid else { return .keep("the server gave it no uid") }
        switch SyncAnnotation.objection(of: object) {
        // One that others own keeps its owners; see also ``keepUsers(_:)``.
        case .asksToBeKept(let wish):
            let why = object.hasOwners ? ", and others own it" : ""
            return .spare("it asks to be kept (\(wish))\(why)", isMember: object.hasOwners)
        case .stays(let reason): return .remain("it \(reason)")
        case nil: break
        }
        // A project may not delete, by no longer declaring it, what it may not declare.
        if let objection = policy.border.objection(to: object) { return .remain("it \(objection.reason)") }
        if member.doubt == .needed { return .remain(Self.stillNeeded) }
        return .delete(
            PruneStep(
                id: id,
                resource: resource,
                uid: uid,
                live: object,
                contents: live.contents[id],
                owners: owners(of: object)
            )
        )
    }

    /// Why this project may not, or no longer, delete a live object.
    private func reasonToRelease(_ object: KubeObject, _ member: Inventory.Member) -> String? {
        switch Ownership.of(object, for: inventory.applySet, owners: live.owners) {
        case .ours: break
        // Declared once, and the apply was refused; or it was about to be made anew when somebody took the label off.
        case .unowned where member.uid == nil:
            return "it is there without this project's label, and nothing proves that a sync applied it"
        case .unowned: return "it is there and no longer carries this project's label: somebody took it off by hand"
        case .other(let owner): return "it now belongs to \(owner)"
        }
        guard object.uid != nil else { return nil }
        switch member.authorship(of: object) {
        case .ours: break
        case .replaced: return "it was deleted and created again by someone else"
        case .unwritten: return "it was not created by this project"
        }
        return isDeclaredOtherwise(object) ? "it is the same object as one the commit declares" : nil
    }

    /// Whether the commit declares the same object under the name of another group, where every pass reads it.
    func isDeclaredOtherwise(_ object: KubeObject?) -> Bool { object?.uid.map(appliedUIDs.contains) ?? false }
}
