// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects
import SyncSource

/// Decides what leaves the cluster: inventory members that the commit no longer declares, if they are provably ours, if
/// everything could be read, and if it is not too much at once.
struct PrunePlanner {
    let commit: CommitInfo
    /// Every identity the commit names, refused or not: never a candidate.
    let declared: Set<ObjectID>
    let refused: [RefusedObject]
    let live: LiveSet
    let inventory: Inventory
    let policy: PlanPolicy.Prune
    let source: String

    private enum Fate {
        case delete(PruneStep)
        case release(String)
        /// Stays a member for now.
        case keep(String)
    }

    func plan() -> PrunePlan {
        var steps: [PruneStep] = []
        var released: [ReleasedObject] = []
        var kept: [ReleasedObject] = []
        let appliedUIDs = Set(declared.compactMap { live.objects[$0]?.uid })
        for (id, member) in inventory.members where !isDeclared(id) {
            switch fate(of: id, member, appliedUIDs: appliedUIDs) {
            case .delete(let step): steps.append(step)
            case .release(let reason): released.append(ReleasedObject(id: id, reason: reason))
            case .keep(let reason): kept.append(ReleasedObject(id: id, reason: reason))
            }
        }
        steps.sort(by: PrunePlanner.isDeletedBefore)
        return PrunePlan(
            verdict: verdict(steps),
            steps: steps,
            released: released.sorted { $0.id < $1.id },
            kept: kept.sorted { $0.id < $1.id }
        )
    }

    /// Candidates that cannot be judged, because no more than their version was kept.
    var unread: [ObjectID] {
        inventory.members.keys.filter { id in
            guard !isDeclared(id), case .settled = live.objects[id] else { return false }
            return true
        }
    }

    /// A refused manifest may not know its place, so it shields every member of its kind and name.
    private func isDeclared(_ id: ObjectID) -> Bool {
        declared.contains(id) || refused.contains { $0.id.name == id.name && $0.id.groupKind == id.groupKind }
    }

    private func fate(of id: ObjectID, _ member: Inventory.Member, appliedUIDs: Set<String>) -> Fate {
        if let reason = live.unreadable[id.groupKind] { return .keep("its kind could not be read: \(reason)") }
        let resource: APIResource
        switch live.catalog.lookup(id.groupKind) {
        case .served(let found): resource = found
        case .unavailable(let reason): return .keep("its API group did not answer: \(reason)")
        case .unknown:
            return live.undefined.contains(id.groupKind)
                ? .release("its kind is no longer defined, so it is gone") : .keep("its kind is not served now")
        }
        guard let found = live.objects[id] else {
            return .release("it is gone, or no longer carries this project's label")
        }
        guard let object = found.whole else { return .keep("it was not read as a whole") }
        switch Ownership.of(object, for: inventory.applySet, owners: live.owners) {
        case .ours: break
        case .unowned: return .release("it no longer carries this project's label")
        case .other(let owner): return .release("it now belongs to \(owner)")
        }
        guard let uid = object.uid else { return .keep("the server gave it no uid") }
        if let expected = member.uid, expected != uid {
            return .release("it was deleted and created again by someone else")
        }
        if member.uid == nil, !isAppliedByUs(object) { return .release("it was not created by this project") }
        if appliedUIDs.contains(uid) { return .release("it is the same object as one the commit declares") }
        if let request = SyncAnnotation.keepRequest(object) { return .release("it asks to be kept (\(request))") }
        if let reason = reasonToKeep(object) { return .keep(reason) }
        return .delete(PruneStep(id: id, resource: resource, uid: uid, live: object))
    }

    /// Why a live object of ours must not be deleted now although the commit does not declare it.
    private func reasonToKeep(_ object: KubeObject) -> String? {
        if SyncAnnotation.isLeftAlone(object) { return "it asks to be left alone" }
        if object.deletionTimestamp != nil { return "it \(object.deletionText)" }
        if object.id.groupKind == KindOrder.namespace {
            if object.name == inventory.applySet.parent.namespace { return "it holds this project's own inventory" }
            if declared.contains(where: { $0.namespace == object.name }) { return "it holds objects that are declared" }
        }
        if object.id.groupKind == KindOrder.customResourceDefinition {
            let kinds = Set(CustomResource.resources(definedBy: object).map(\.gvk.groupKind))
            if declared.contains(where: { kinds.contains($0.groupKind) }) {
                return "objects of the kind that it defines are declared"
            }
            let going = live.objects.values.lazy.compactMap(\.whole).filter {
                kinds.contains($0.id.groupKind) && $0.deletionTimestamp != nil
            }
            if let first = going.map(\.id).min() {
                return "\(first) of the kind that it defines is still being deleted"
            }
        }
        return nil
    }

    private func isAppliedByUs(_ object: KubeObject) -> Bool {
        object.managedFields.contains(where: \.isOurApply)
    }

    /// Reverse of the order of apply: later stages first, namespaces and definitions last.
    private static func isDeletedBefore(_ left: PruneStep, _ right: PruneStep) -> Bool {
        let first = rank(left.id)
        let second = rank(right.id)
        return first != second ? first > second : right.id < left.id
    }

    private static func rank(_ id: ObjectID) -> Int {
        if id.groupKind == KindOrder.namespace { return -2 }
        if id.groupKind == KindOrder.customResourceDefinition { return -1 }
        return KindOrder.stage(of: id.groupKind)
    }

    private func verdict(_ steps: [PruneStep]) -> PrunePlan.Verdict {
        guard policy.isEnabled else { return .disabled }
        var partial = unread.sorted().map { "\($0) was not read as a whole" }
        partial += refused.filter(\.reason.isPartialKnowledge).map { "\($0.origin): \($0.id) \($0.message)" }
        partial += live.unreadable.sorted { $0.key < $1.key }.map { "\($0.key) could not be listed: \($0.value)" }
        for group in Set(inventory.members.keys.map(\.group)).sorted() {
            guard let reason = live.catalog.unavailableGroups[group] else { continue }
            partial.append("the API group \(group) did not answer: \(reason)")
        }
        // What could not be created may be the successor of what would be deleted: a rename, a move.
        for refusal in refused where refusal.reason != .optedOut && live.objects[refusal.id] == nil {
            if !refusal.reason.isPartialKnowledge, !steps.isEmpty {
                partial.append("\(refusal.origin): \(refusal.id) could not be applied, and may replace what is deleted")
            }
        }
        if !partial.isEmpty { return .blocked(reasons: partial) }
        let reasons = holdReasons(steps)
        return reasons.isEmpty ? .allowed : .held(reasons: reasons, approvalHash: approvalHash(steps))
    }

    private func holdReasons(_ steps: [PruneStep]) -> [String] {
        var reasons: [String] = []
        if !steps.isEmpty, !inventory.source.isEmpty, inventory.source != source {
            reasons.append(
                "the objects came from \(inventory.source), and this sync reads \(source); approve if the repository moved,"
                    + " or give this one a project name of its own"
            )
        }
        if inventory.isRebuilt, !steps.isEmpty {
            reasons.append(
                "the inventory \(inventory.applySet.parent) was lost and has been made again from labels and field managers;"
                    + " approve if the list is right"
            )
        }
        // Of what is really there: a member that was never created, or is gone, gives no leave to delete others.
        let present = inventory.members.keys.filter { live.objects[$0] != nil }.count
        let limit = policy.limit(inventoryCount: present)
        if steps.count > limit {
            reasons.append(
                "\(steps.count) of \(present) objects would be deleted; without approval at most \(limit)"
                    + " (the larger of \(policy.maxObjects) objects and \(policy.maxPercent)%)"
            )
        }
        let protected = steps.filter { KindOrder.protected.contains($0.id.groupKind) }
        if !protected.isEmpty {
            let names = protected.prefix(5).map(\.id.description).joined(separator: ", ")
            let more = protected.count > 5 ? " and \(protected.count - 5) more" : ""
            reasons.append("deleting \(names)\(more) takes data or other objects with it")
        }
        return reasons
    }

    /// Names exactly this commit and these incarnations: an approval of it is good for nothing else.
    private func approvalHash(_ steps: [PruneStep]) -> String {
        let lines = steps.map { "\($0.id) \($0.uid)" }.sorted()
        let text = ([commit.id] + lines).joined(separator: "\n")
        return SHA256.hash(data: Array(text.utf8)).prefix(8).hexadecimal
    }
}
