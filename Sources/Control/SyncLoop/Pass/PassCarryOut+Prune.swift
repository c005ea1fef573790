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
            if prepared.orders.speaks(ofOtherThan: nil) { try await publish(nil, by: run) }
            return
        }
        if approved == hash {
            let left = plan.prune.steps.filter { report.inventory.members[$0.id] != nil }
            let wasUsed = report.outcomes.contains { $0.action == .pruned } || left.count < plan.prune.steps.count
            if wasUsed { try await useUp(hash, by: run) }
            return
        }
        let objects = plan.prune.steps.map(\.id)
        // The history keeps the whole list, of which the cluster has the beginning.
        try await history.setHold(
            PruneHold(hash: hash, commitID: plan.commit.id, reasons: reasons, objects: objects),
            by: run
        )
        let redactor = preparer.cluster.client.redactor
        let held = StandingOrders.HeldPrune(
            hash: hash,
            commitID: plan.commit.id,
            reasons: reasons.map { redactor.line($0) },
            objects: objects
        )
        if prepared.orders.speaks(ofOtherThan: hash) { try await publish(held, by: run) }
    }

    /// Stores in the cluster which prune is held, so that a person may approve it from any data folder. An approval of
    /// another list ends with that list: after a return to its commit, approval is needed again.
    private func publish(_ held: StandingOrders.HeldPrune?, by run: RunID) async throws {
        let reason = held.map { "a prune waits for approval: \($0.hash)" } ?? "no prune waits any more"
        try await change(reason, by: run) { orders in
            guard orders.speaks(ofOtherThan: held?.hash) else { return false }
            if orders.approval.word?.text != held?.hash { orders.approve(nil) }
            orders.hold(held)
            return true
        }
    }

    /// Changes the orders in the cluster. A failure is recorded as a remark: the decision itself is in the history.
    private func change(
        _ reason: String,
        by run: RunID,
        _ edit: @escaping @Sendable (inout StandingOrders) -> Bool
    ) async throws {
        // A pass that had nothing else to write has not asked for the lease yet.
        if let refusal = await leaseRefusal(run) {
            try await history.record(
                message: "not written beside the inventory (\(reason)): \(refusal.message)",
                of: run
            )
            return
        }
        let store = OrderStore(client: preparer.cluster.client, applySet: project.applySet)
        do {
            try await store.change(journal: history.journal(for: run), reason: reason, edit)
        } catch let error as InventoryError {
            try await history.record(message: "not written beside the inventory (\(reason)): \(error)", of: run)
        }
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
        try await change("the approval by \(person) was used", by: run) { orders in
            let wasGiven = orders.approval.word?.text == hash
            guard wasGiven || orders.held != nil else { return false }
            if wasGiven { orders.approve(nil) }
            orders.hold(nil)
            return true
        }
    }
}
