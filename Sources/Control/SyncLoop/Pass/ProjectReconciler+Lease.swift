// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncApply
import SyncRecord
import SyncSource

extension ProjectReconciler {
    /// Makes sure that this process holds the project's lease. Called before each write: while the lease is held this
    /// only reads a clock; a pass that does not hold it yet, such as that of the command `sync`, takes it now.
    nonisolated func claimLease(_ run: RunID) async throws {
        guard let lease else { return }
        // Not with the pass's own client, which sends no write before the lease is held.
        let namespace = ParentNamespace(client: lease.store.client, name: project.namespace)
        try await lease.claim(making: namespace, journal: history.journal(for: run)) { holder in
            preparer.progress?(.awaitingLease(holder: holder))
        }
    }

    /// Why the pass may not write; nil when it may.
    func leaseRefusal(_ run: RunID) async -> PassFailure? {
        do {
            try await claimLease(run)
            return nil
        } catch let error as LeaseError {
            return PassFailure(stage: .lease, message: error.description, isRetryable: error.isRetryable)
        } catch {
            return PassFailure(stage: .lease, message: "the lease was not taken: \(error)", isRetryable: true)
        }
    }

    /// Ends a run that planned and may not write.
    func failed(
        _ failure: PassFailure,
        run: RunID,
        commit: CommitInfo,
        duration: Duration
    ) async throws -> PassOutcome {
        try await history.record(message: failure.message, of: run)
        let row = try await history.finish(run, outcome: .failed, counts: RunCounts(), message: failure.message)
        await publishHead("sync recorded", of: row.id)
        lastFailure = failure
        logger.warning(
            "sync failed",
            metadata: ["sync.project": "\(project.name)", "sync.error": "\(failure.message)"]
        )
        return PassOutcome(outcome: .failed, run: row, commit: commit, failure: failure, duration: duration)
    }
}
