// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

extension PrunePlan {
    /// The same plan without what is not tried in this pass. A held prune stays whole, because an approval is of all of
    /// it.
    ///
    /// - Parameters:
    ///   - failed: Deletions that failed lately. With a custom resource stays what is deleted after it, and with a
    ///     workload what its pods may use.
    ///   - unready: Workloads whose older pods did not end in time in an earlier pass.
    /// - Returns: The plan; what it leaves out is withheld or waits, with the reason.
    func withholding(_ failed: [ObjectID: WithheldPrune], unready: [ObjectID: String]) -> PrunePlan {
        guard case .allowed = verdict, !failed.isEmpty || !unready.isEmpty else { return self }
        var failures: [ObjectID: String] = [:]
        for step in steps {
            if let known = failed[step.id], known.isSame(as: step) { failures[step.id] = known.reason }
        }
        var waits: [ObjectID: String] = [:]
        // What waits for something may itself be needed, or be a resource whose controller waits.
        var before = -1
        while before < waits.count {
            before = waits.count
            let staying = steps.filter { failures[$0.id] != nil || waits[$0.id] != nil }
            waits.merge(UndeletedUsers.needs(of: staying, among: steps)) { first, _ in first }
            waits.merge(waitingForOthers(Set(failures.keys).union(waits.keys), unready)) { first, _ in first }
        }
        guard !failures.isEmpty || !waits.isEmpty else { return self }
        var plan = self
        plan.steps.removeAll { failures[$0.id] != nil || waits[$0.id] != nil }
        plan.withheld = told(failures)
        plan.waiting = told(waits)
        return plan
    }

    /// Which of the other steps wait for what is not deleted: for a custom resource what comes after it, for a workload, also
    /// one that is not ready, what its pods may use.
    private func waitingForOthers(_ still: Set<ObjectID>, _ unready: [ObjectID: String]) -> [ObjectID: String] {
        let resource = still.filter(\.isCustomResource).max(by: PrunePlanner.isRankedBelow)
        var users = PodUsers(unready: unready)
        let workloads = still.filter(PodUsers.isWorkload)
        users.merge(Dictionary(workloads.map { ($0, "it was not deleted") }) { first, _ in first })
        var waits: [ObjectID: String] = [:]
        for step in steps where !still.contains(step.id) {
            if let resource, PrunePlanner.rank(step.id) < PrunePlanner.rank(resource) {
                waits[step.id] = PrunePlan.reasonToKeepController(ofUndeleted: resource)
            } else if let reason = users.reason(toKeep: step) {
                waits[step.id] = reason
            }
        }
        return waits
    }

    /// Some of the steps with the reasons, in the order of deletion.
    private func told(_ reasons: [ObjectID: String]) -> [ReleasedObject] {
        steps.compactMap { step in reasons[step.id].map { ReleasedObject(id: step.id, reason: $0) } }
    }

    /// Why what comes after a custom resource is not deleted while that is still there, being deleted.
    package static func reasonToKeepController(of id: ObjectID) -> String {
        "\(id) is being deleted and waits for finalizers, and what removes them may need it"
    }

    /// Why it is not deleted while a custom resource could not be.
    package static func reasonToKeepController(ofUndeleted id: ObjectID) -> String {
        "\(id) was not deleted, and what serves it may need it"
    }
}
