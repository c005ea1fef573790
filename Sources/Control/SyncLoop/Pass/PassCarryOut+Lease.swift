// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncRecord

/// Whether a pass may write.
extension PassCarryOut {
    /// Makes sure that this process holds the project's lease. Called before each write: while the lease is held this
    /// only reads a clock; a pass that does not hold it yet, such as that of the command `sync`, takes it now.
    func claimLease(_ run: RunID) async throws {
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

    /// Ends a pass that is under way once the project is suspended in the cluster, as far as a watch shows it.
    func obeySuspension() async throws {
        guard let parent = await preparer.mirror?.parentLastSeen() else { return }
        guard let word = try StandingOrders(parent: parent).suspension.word else { return }
        throw PassFailure(suspended: project.name, by: ProjectState.Suspension(word))
    }
}

extension PassFailure {
    /// The command that ends a suspension, as the message of a pass names it: without the options of whoever reads it.
    package static func resumption(of project: String) -> String { "sternpost resume \(project)" }

    /// The failure of a pass over a suspended project.
    init(suspended project: String, by suspension: ProjectState.Suspension) {
        self.init(
            stage: .suspended,
            message: "\(project) is \(suspension.text); \(PassFailure.resumption(of: project)) ends that",
            isRetryable: true
        )
    }
}
