// SPDX-License-Identifier: Apache-2.0
import SyncLook
import SyncPlan

/// What has come to own this project's own objects while a pass waited between its deletes.
extension Applier {
    /// After a wait, before these deletes: lists what is this project's, and keeps what has come to own one of
    /// those that stay, and what owns that. What could not be listed keeps all of these steps.
    func lookAtLaterOwners(of batch: [PruneStep], _ run: inout ApplyRun) async {
        guard run.hasWaited, run.interruption == nil else { return }
        let open = batch.filter { run.objection(to: $0) == nil }
        guard !open.isEmpty else { return }
        if let reason = await reasonToStop() { return run.interrupt(reason) }
        let reader = LiveReader(client: client, applySet: store.applySet, limit: limit)
        switch await reader.owners(of: run.staying) {
        case .failure(let error):
            for step in open { run.keep(step, untilNextPass: "what it owns could not be looked for again: \(error)") }
        case .success(let owned):
            for step in open {
                if let object = owned[step.uid] {
                    run.keep(step, untilNextPass: "it owns \(object) since the plan was made")
                    continue
                }
                let below = run.open(below: step)
                for (index, item) in below.enumerated().reversed() {
                    // What has to stay for a reason that is known keeps what owns it, too.
                    guard let object = owned[item.step.uid], run.objection(to: item.step) == nil else { continue }
                    let reason = "it owns \(object) since the plan was made; the next pass decides anew"
                    run.keep(index, of: below, because: "not deleted: \(reason)")
                }
            }
        }
    }
}
