// SPDX-License-Identifier: Apache-2.0
import SyncRecord
import SyncSource

/// The inputs of the last pass that had nothing to do. While they are unchanged, a plan would have the same result, so
/// none is made and no request is sent to the API server.
struct RestingPlace: Sendable {
    let commit: CommitInfo
    /// Includes approvals and holds.
    let state: ProjectState
    /// The mirror's name of the state of the cluster.
    let generation: Int
    let outcome: RunOutcome
    /// When something that failed is to be tried again; nil when nothing waits for that.
    let until: ContinuousClock.Instant?

    /// Whether all of it but the cluster is as it was.
    func holds(at commitID: String, state: ProjectState, now: ContinuousClock.Instant) -> Bool {
        commitID == commit.id && state == self.state && until.map { now < $0 } ?? true
    }
}
