// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncLoop
import SyncRecord

extension OrderOptions {
    /// Writes a yes to a prune beside the inventory too, so that whoever leads the project obeys it. Where that cannot be done
    /// it holds for this data folder, and a line on standard error says so.
    func publish(_ hold: PruneHold, of project: String, in history: History) async {
        let word = StandingOrders.Word(person: OrderOptions.person, text: hold.hash)
        let consequence = "the approval holds for operators on this data folder only"
        do {
            try await store(of: project).change(
                journal: history.orderJournal(of: project),
                reason: "approved by \(word.person): \(hold.hash)"
            ) { orders in
                guard orders.approval.word?.text != word.text else { return false }
                orders.approve(word)
                return true
            }
        } catch let failure as CommandFailure {
            ErrorOutput.write("\(consequence): \(failure.lines.joined(separator: "; "))")
        } catch {
            ErrorOutput.write("\(consequence): \(error)")
        }
    }
}
