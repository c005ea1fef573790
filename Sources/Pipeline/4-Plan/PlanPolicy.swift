// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What a project's document asks of planning.
package struct PlanPolicy: Sendable, Hashable {
    /// What to do about a live object that differs although git did not change.
    package enum DriftMode: String, Sendable, Hashable, Codable, CaseIterable {
        case heal, report

        /// What is said of drift that a pass leaves as it is.
        package static let reportRemark = "the project only reports drift"
    }

    /// How much one pass may delete without approval.
    package struct Prune: Sendable, Hashable {
        package var isEnabled: Bool
        package var maxObjects: Int
        /// Of the inventory's size before the pass, 0 to 100.
        package var maxPercent: Int

        package init(isEnabled: Bool = true, maxObjects: Int = 5, maxPercent: Int = 30) {
            self.isEnabled = isEnabled
            self.maxObjects = maxObjects
            self.maxPercent = maxPercent
        }

        /// The larger of the two limits for an inventory of this size; more than that is held.
        package func limit(inventoryCount: Int) -> Int { max(maxObjects, inventoryCount * maxPercent / 100) }
    }

    /// Namespace of objects that name none; empty means `default`, as for kubectl.
    package var targetNamespace: String
    package var prune: Prune
    package var drift: DriftMode
    /// `URL#FOLDER` of this pass, as a ``SourceIdentity`` says it; empty in the project's document. Members that came
    /// from another source are never deleted without approval: two repositories under one project name would otherwise
    /// delete each other's objects.
    package var source: String
    /// Whether the commit is written down beside the inventory: the project refuses some later commits because of it.
    package var remembersCommit = false
    /// Objects whose drift is not healed in this pass because another writer fights over them. Empty in the project's
    /// document; the loop fills it in.
    package var contested: [ObjectID: FieldContest] = [:]
    /// Objects that are not created in this pass because somebody deletes them each time. As above.
    package var vanishing: [ObjectID: ExistenceContest] = [:]
    /// The newer version tag of the project's range from which the cluster was synced and that is gone now; nil when
    /// there is none. Then nothing is deleted without approval: the tag may only be missing in one poll.
    package var rewoundFrom: String?
    /// Steps and deletions that failed lately and are not tried in this pass. As above.
    package var withheld: [ObjectID: WithheldStep] = [:]
    package var withheldPrunes: [ObjectID: WithheldPrune] = [:]
    /// Workloads whose older pods did not end in time, each with the reason. As above.
    package var unreadyUsers: [ObjectID: String] = [:]
    /// The wave number that was not finished in time, and still is not. As above.
    package var closedGate: ClosedGate?
    /// What the project may not declare; the operator fills it in.
    package var border = ProjectBorder()

    package init(
        targetNamespace: String = "",
        prune: Prune = Prune(),
        drift: DriftMode = .heal,
        source: String = ""
    ) {
        self.targetNamespace = targetNamespace
        self.prune = prune
        self.drift = drift
        self.source = source
    }
}
