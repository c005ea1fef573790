// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import SyncSource

/// The held prune, in the history and beside the inventory.
extension PassCarryOut {
    /// Records which prune is held from now on, and ends the approval of one that ran.
    func settlePrune(_ report: ApplyReport, by run: RunID) async throws {
        let plan = prepared.plan
        // A pass that could not judge the prune neither grants nor withdraws an approval.
        if case .blocked = plan.prune.verdict { return }
        guard case .held(let reasons, let hash) = plan.prune.verdict else {
            try await history.setHold(nil, by: run)
            if prepared.orders.lacks(nil) { try await publish(nil, by: run) }
            return
        }
        if approved == hash {
            let left = plan.prune.steps.filter { report.inventory.members[$0.id] != nil }
            let wasUsed = report.outcomes.contains { $0.action == .pruned } || left.count < plan.prune.steps.count
            if wasUsed { try await useUp(hash, by: run) }
            return
        }
        if report.isHoldStored { return }
        let held = heldPrune(hash, because: reasons)
        try await setHold(held, because: reasons, by: run)
        if prepared.orders.lacks(held) { try await publish(held, by: run) }
    }

    /// Whether the pass holds a prune, and has to store that before its steps, because those may create objects: the
    /// limits of the next pass would be taken of more of them. One that a person approved, and one that is stored
    /// already, is not.
    var publishesHoldFirst: Bool {
        guard case .held(let reasons, let hash) = prepared.plan.prune.verdict, approved != hash else { return false }
        return !prepared.plan.waves.isEmpty && prepared.orders.lacks(heldPrune(hash, because: reasons))
    }

    /// Stores which prune is held, in the history and in the cluster.
    ///
    /// - Throws: What the history or the cluster says: then nothing may be created.
    func publishHold(by run: RunID) async throws {
        guard case .held(let reasons, let hash) = prepared.plan.prune.verdict else { return }
        let held = heldPrune(hash, because: reasons)
        try await setHold(held, because: reasons, by: run)
        try await write(held, by: run)
    }

    private func heldPrune(_ hash: String, because reasons: [String]) -> StandingOrders.HeldPrune {
        let redactor = preparer.cluster.client.redactor
        return StandingOrders.HeldPrune(
            hash: hash,
            commitID: prepared.plan.commit.id,
            reasons: reasons.map { redactor.line($0) },
            objects: prepared.plan.prune.steps.map(\.id),
            total: prepared.plan.prune.total
        )
    }

    private func setHold(_ held: StandingOrders.HeldPrune, because reasons: [String], by run: RunID) async throws {
        // The history keeps the whole list, of which the cluster has the beginning.
        let hold = PruneHold(
            hash: held.hash,
            commitID: held.commitID,
            reasons: reasons,
            objects: prepared.plan.prune.steps.map(\.id),
            total: held.total
        )
        try await history.setHold(hold, by: run)
    }

    /// Stores in the cluster which prune is held, so that a person may approve it from any data folder. A failure is
    /// recorded as a remark: the decision itself is in the history.
    private func publish(_ held: StandingOrders.HeldPrune?, by run: RunID) async throws {
        let reason = PassCarryOut.reason(held)
        try await remarking(reason, by: run) { try await write(held, by: run) }
    }

    /// An approval of another list ends with that list: after a return to its commit, approval is needed again.
    private func write(_ held: StandingOrders.HeldPrune?, by run: RunID) async throws {
        try await change(PassCarryOut.reason(held), by: run) { orders in
            guard orders.lacks(held) else { return false }
            if orders.approval.word?.text != held?.hash { orders.approve(nil) }
            orders.hold(held)
            return true
        }
    }

    private static func reason(_ held: StandingOrders.HeldPrune?) -> String {
        held.map { "a prune waits for approval: \($0.hash)" } ?? "no prune waits any more"
    }

    /// Makes a change in the cluster. A failure is recorded as a remark.
    private func remarking(_ reason: String, by run: RunID, _ change: () async throws -> Void) async throws {
        // A pass that had nothing else to write has not asked for the lease yet.
        if let refusal = await leaseRefusal(run) {
            try await history.record(
                message: "not written beside the inventory (\(reason)): \(refusal.message)",
                of: run
            )
            return
        }
        do {
            try await change()
        } catch let error as ApplyError {
            try await history.record(message: "not written beside the inventory (\(reason)): \(error)", of: run)
        }
    }

    private func change(
        _ reason: String,
        by run: RunID,
        _ edit: @escaping @Sendable (inout StandingOrders) -> Bool
    ) async throws {
        let store = OrderStore(client: preparer.cluster.client, applySet: project.applySet)
        try await store.change(journal: history.journal(for: run), reason: reason, edit)
    }

    /// Ends an approval in the history and in the cluster.
    private func useUp(_ hash: String, by run: RunID) async throws {
        if try await history.state(of: project.name).approval?.hash == hash {
            try await history.consumeApproval(hash: hash, by: run)
        } else {
            try await history.setHold(nil, by: run)
        }
        // If this fails, the approval allows nothing any more, because the objects of its list are gone.
        let person = state.approval?.person ?? "somebody"
        let reason = "the approval by \(person) was used"
        try await remarking(reason, by: run) {
            try await change(reason, by: run) { orders in
                let wasGiven = orders.approval.word?.text == hash
                guard wasGiven || orders.held != nil else { return false }
                if wasGiven { orders.approve(nil) }
                orders.hold(nil)
                return true
            }
        }
    }
}
