// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import SyncSource

/// The state of one pass: what has become of which object so far.
struct ApplyRun: Sendable {
    let plan: Plan
    /// The inventory that will be, or has been, stored: a superset of the real members until ``narrow()``. Its marks
    /// are not updated.
    private(set) var inventory: Inventory
    private(set) var interruption: String?
    private var isJournalLost = false
    /// Kinds and namespaces that this pass creates: right afterwards the API server may not serve them yet.
    let definedKinds: Set<GroupKind>
    let definedNamespaces: Set<String>
    /// Kinds and namespaces that did not exist when the cluster was read, so that no object of others can be in them.
    let newPlaces: NewPlaces
    /// Until when this pass waits for what ends by itself.
    let settling: SettlingDeadlines
    /// Which of the steps that are left must not run.
    private(set) var blockers = StepBlockers()
    /// Set when a wave number was not healthy in time.
    private var closedGate: ClosedGate?
    /// Whether a write got no clear answer, so that what the cluster has is only partly known.
    private(set) var hasUnclearWrites = false
    private var stored: Inventory
    private(set) var outcomes: [ObjectID: ObjectOutcome] = [:]
    private(set) var pruned: [ObjectID: ObjectOutcome] = [:]
    private var gone: Set<ObjectID> = []
    private var appliedUIDs: Set<String> = []
    /// The workloads of which was asked whether they run no older pods, and those that do.
    private(set) var askedUsers: Set<ObjectID> = []
    private(set) var users = PodUsers()
    /// What those need that were to be deleted in this pass and are still there.
    private(set) var undeleted = UndeletedUsers()
    /// By the uid of an owner: what goes along with it and is to be deleted itself.
    let stepsOwned: [String: [PruneStep]]
    private var stillThere: [ObjectID: PruneStep] = [:]
    /// Whether time has passed since the plan was made, because a delete waited for something.
    private(set) var hasWaited = false
    /// Why nothing more is deleted in this pass.
    private(set) var reasonToKeepRest: String?
    /// Why this pass deletes what it deletes, for the journal.
    private(set) var pruneReason: String

    init(plan: Plan, inventory: Inventory, settling: SettlingDeadlines) {
        self.plan = plan
        self.settling = settling
        stored = inventory
        pruneReason = "removed from the repository as of commit \(plan.commit.shortID)"
        let steps = plan.steps
        definedKinds = Set(steps.compactMap(\.object.definedKind))
        definedNamespaces = Set(steps.filter { $0.id.groupKind == GroupKind.namespace }.map(\.id.name))
        newPlaces = NewPlaces(createdBy: steps)
        var owned: [String: [PruneStep]] = [:]
        for step in plan.prune.steps { for owner in step.owners { owned[owner, default: []].append(step) } }
        stepsOwned = owned
        self.inventory = inventory.superset(for: plan)
        for settled in plan.unchanged { appliedUIDs.insert(settled.uid) }
    }

    /// Ends the pass because an intent or an outcome could not be recorded.
    mutating func loseJournal(_ reason: String) {
        isJournalLost = true
        interrupt(reason)
    }

    /// Ends the pass; the first reason stays.
    mutating func interrupt(_ reason: String) {
        if interruption == nil { interruption = reason }
    }

    mutating func inventoryIsStored() { stored = inventory }

    /// Keeps a wave from starting while an object of an earlier number is blocked; tells whether that is so.
    mutating func closeGate(before wave: Wave) -> Bool { blockers.closeGate(before: wave) }

    /// Keeps the waves with higher numbers from starting; `unhealthy` was not healthy in time.
    mutating func stop(after number: Int, because reason: String, unhealthy id: ObjectID) {
        guard blockers.stop(after: number, because: reason) else { return }
        closedGate = ClosedGate(number: number, unhealthy: id)
    }

    mutating func block(dependantsOf id: ObjectID, because reason: String) {
        blockers.block(dependantsOf: id, because: reason)
    }

    /// Notes how a step ended.
    mutating func record(_ outcome: ObjectOutcome, of step: Step, isUnclear: Bool = false) {
        var kept = outcome
        kept.letGo()
        outcomes[step.id] = kept
        hasUnclearWrites = hasUnclearWrites || isUnclear
        switch outcome.action {
        case .failed, .skipped:
            block(dependantsOf: step.id, because: outcome.action == .failed ? "it failed" : "it was skipped")
        default:
            guard let uid = outcome.after?.uid else { return }
            appliedUIDs.insert(uid)
            let content = step.object.removesItself ? step.contentHash : nil
            inventory.members[step.id] = Inventory.Member(uid: uid, source: plan.source, content: content)
        }
    }

    /// Notes that the journal has these outcomes with their changes.
    mutating func wasRecorded(_ steps: [Step]) { for step in steps { outcomes[step.id]?.wasRecorded() } }

    /// Notes how a deletion ended; `isGone` says that the object leaves the inventory.
    mutating func record(_ outcome: ObjectOutcome, ofPrune step: PruneStep, isGone: Bool, isUnclear: Bool = false) {
        let id = step.id
        pruned[id] = outcome
        hasUnclearWrites = hasUnclearWrites || isUnclear
        if isGone {
            gone.insert(id)
        } else {
            stillThere[id] = step
            undeleted.add(step, isEnding: outcome.action == .pruned)
        }
        if !isGone, PodUsers.isWorkload(id) {
            users.merge([id: outcome.action == .pruned ? "it waits for finalizers" : "it was not deleted"])
        }
    }

    /// Notes that a delete had to wait.
    mutating func waited() { hasWaited = true }

    /// The objects of this project that are not deleted, and will not be as far as is known.
    var staying: Set<ObjectID> {
        let going = plan.prune.steps.filter { step in pruned[step.id].map { $0.action == .pruned } ?? true }
        return Set(inventory.members.keys).subtracting(going.map(\.id))
    }

    /// The uids of what was deleted by now, without Namespaces and definitions.
    var deletedFirst: Set<String> { plan.prune.steps.filter { pruned[$0.id]?.action == .pruned }.uidsOfFirst }

    /// Notes that what was deleted before is gone.
    mutating func isGone(_ id: ObjectID) {
        gone.insert(id)
        if let step = stillThere.removeValue(forKey: id) { undeleted.remove(step) }
    }

    /// Notes which of the workloads that may use what is deleted run older pods, and why.
    mutating func asked(_ ids: [ObjectID], unready: [ObjectID: String]) {
        askedUsers.formUnion(ids)
        users.merge(unready)
    }

    /// Nothing more is deleted in this pass; the first reason stays.
    mutating func keepRest(because reason: String) { if reasonToKeepRest == nil { reasonToKeepRest = reason } }

    /// Notes whose approval lets the held prune run.
    mutating func wasApproved(by person: String) { pruneReason = "\(pruneReason), approved by \(person)" }

    /// Whether this incarnation was applied, or found as wanted, in this pass; perhaps under another group's name.
    func isApplied(uid: String) -> Bool { appliedUIDs.contains(uid) }

    /// Whether an object that this pass was to delete is still there.
    func isStillThere(_ id: ObjectID) -> Bool { pruned[id] != nil && !gone.contains(id) }

    /// Removes from the inventory what is gone or released, and confirms what is as git declares it.
    mutating func narrow() {
        for id in gone { inventory.members[id] = nil }
        inventory = inventory.narrowed(by: plan)
    }

    /// The outcomes in the plan's order; what never started is skipped with the interruption as its reason.
    func report() -> ApplyReport {
        let reason = "not started: \(interruption ?? "the pass ended early")"
        let steps = plan.steps.map {
            outcomes[$0.id] ?? .skipped($0, because: reason, isRetryable: true)
        }
        let prunes = plan.prune.steps.map { pruned[$0.id] ?? .skipped($0, because: reason, isRetryable: true) }
        return ApplyReport(
            outcomes: steps + prunes,
            inventory: stored,
            interruption: interruption,
            isJournalLost: isJournalLost,
            closedGate: closedGate
        )
    }
}

extension ObjectOutcome {
    static func skipped(_ step: Step, because reason: String, isRetryable: Bool = false) -> ObjectOutcome {
        ObjectOutcome(
            id: step.id,
            apiVersion: step.object.gvk.apiVersion,
            action: .skipped,
            origin: step.origin,
            error: "\(step.place): \(reason)",
            isRetryable: isRetryable,
            changes: step.changes,
            before: step.live
        )
    }

    static func skipped(_ step: PruneStep, because reason: String, isRetryable: Bool = false) -> ObjectOutcome {
        ObjectOutcome(
            id: step.id,
            apiVersion: step.resource.gvk.apiVersion,
            action: .skipped,
            origin: nil,
            error: "\(step.place): \(reason)",
            isRetryable: isRetryable,
            before: step.live
        )
    }
}
