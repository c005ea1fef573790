// SPDX-License-Identifier: Apache-2.0
import SyncRecord
import SyncSource

/// Where a project came to rest: while all of this is as it was, a plan would come out as the last one did, so none is
/// made, and nothing is asked of the API server.
struct RestingPlace: Sendable {
    let commit: CommitInfo
    /// Approvals and holds among it.
    let state: ProjectState
    /// The mirror's name for what the cluster has.
    let generation: Int
    let outcome: RunOutcome
    /// When something that failed is to be tried again; nil when nothing waits for that.
    let until: ContinuousClock.Instant?

    /// Whether all of it but the cluster is as it was.
    func holds(at commitID: String, state: ProjectState, now: ContinuousClock.Instant) -> Bool {
        commitID == commit.id && state == self.state && until.map { now < $0 } ?? true
    }
}
