// SPDX-License-Identifier: Apache-2.0
import SyncApply
import Waiting

extension ProjectLease {
    /// How long the last request about a lease may take once the process is to end.
    static let endGrace: Duration = .seconds(3)

    /// Runs a body and, beside it, renews the lease whenever it is held. When the lease is lost the body is cancelled: it
    /// starts nothing new and writes down how far it came. At the end the lease is released.
    ///
    /// The tasks are no child tasks, because each must be cancelled alone: the body when the lease is lost, the renewals
    /// only when the body has ended, for a cancelled pass still finishes the request that it is in. Neither outlives this
    /// call.
    package nonisolated func renewing<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        let work = Task { await body() }
        // With a higher priority than the body: rendering and planning must not delay a renewal.
        let renewals = Task(priority: .high) {
            if await self.renewUntilLost() { work.cancel() }
        }
        let value = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        renewals.cancel()
        await renewals.value
        if !tenure.isLost {
            await shieldedFromCancellation(grace: ProjectLease.endGrace) { await self.release() }
        }
        return value
    }

    /// Renews until cancelled (false) or until the lease is lost (true).
    private func renewUntilLost() async -> Bool {
        while true {
            do { try await Task.sleep(for: timing.nextPeriod) } catch { return false }
            // Waits for the answer of a renewal that was sent: releasing the lease needs the version that is stored
            // now.
            await shieldedFromCancellation(grace: ProjectLease.endGrace) { await self.renew() }
            if tenure.isLost { return true }
        }
    }
}
