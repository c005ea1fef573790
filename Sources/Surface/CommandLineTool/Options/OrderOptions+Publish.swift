// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncLoop
import SyncRecord

extension OrderOptions {
    /// Writes an approval beside the inventory too, so that the holder of the project's lease follows it. Where that
    /// cannot be done it holds for this data folder, and a line on standard error says so.
    func publish(_ hold: PruneHold, of project: String, in history: History) async {
        let word = StandingOrders.Word(person: OrderOptions.person, text: hold.hash)
        await orWarn("the approval") { try await approve(word, of: project, in: history) }
    }

    /// Says yes to a prune that another operator holds.
    ///
    /// - Throws: What reading and writing the inventory's parent throws.
    func approve(_ hold: PruneHold, of project: String, in history: History) async throws {
        let word = StandingOrders.Word(person: OrderOptions.person, text: hold.hash)
        try await approve(word, of: project, in: history)
    }

    @discardableResult
    private func approve(_ word: StandingOrders.Word, of project: String, in history: History) async throws -> Bool {
        try await store(of: project).change(
            journal: history.orderJournal(of: project),
            reason: "approved by \(word.person): \(word.text)"
        ) { orders in
            guard orders.approval.word?.text != word.text else { return false }
            orders.approve(word)
            return true
        }
    }
}

extension OrderStore {
    /// The newest order about a workload's image rollouts: of the cluster and this data folder; of the folder alone where
    /// the cluster cannot be read, of which giving the order says more.
    func imageOrder(of workload: ObjectID, before known: [ObjectID: ImageOrder]) async -> ImageOrder? {
        do throws(InventoryError) {
            let orders = try await read() ?? StandingOrders()
            return ImageOrder.obeying(orders, before: known)[workload]
        } catch {
            return known[workload]
        }
    }

    /// Writes an order about a workload's image rollouts beside the inventory, so that the holder of the project's
    /// lease follows it. Where that cannot be done it holds for this data folder, and a line on standard error says so.
    func publish(
        _ kind: ImageOrder.Kind,
        of workload: ObjectID,
        _ word: StandingOrders.Word,
        in journal: OrderJournal
    ) async {
        await orWarn("the \(kind.rawValue)") {
            try await change(
                journal: journal,
                reason: "\(kind.rawValue) of the images of \(workload) by \(word.person)"
            ) { orders in
                let order = StandingOrders.ImageWord(isHold: kind == .hold, word: word)
                guard orders.images[workload] != order else { return false }
                orders.order(order, of: workload)
                return true
            }
        }
    }
}

extension StandingOrders.Word {
    /// The words of an order about images; a second hold keeps those of the first.
    init(_ kind: ImageOrder.Kind, after before: ImageOrder?, person: String, reason: String) {
        if kind == .hold, let before, before.kind == .hold {
            self.init(person: before.person, text: before.reason, now: before.at)
        } else {
            self.init(person: person, text: reason)
        }
    }
}

/// Gives an order in the cluster; where that fails, says on standard error whom the order reaches.
private func orWarn(_ order: String, _ give: () async throws -> Bool) async {
    let consequence = "\(order) holds for operators on this data folder only"
    do {
        _ = try await give()
    } catch let failure as CommandFailure {
        ErrorOutput.write("\(consequence): \(failure.lines.joined(separator: "; "))")
    } catch {
        ErrorOutput.write("\(consequence): \(ClusterAdvice.line(about: error))")
    }
}
