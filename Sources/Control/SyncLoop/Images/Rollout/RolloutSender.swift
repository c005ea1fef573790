// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncPlan
import SyncRecord

/// Sends the patches of rollouts: each is written down before and after, and holds only for the workload as it was looked
/// at.
struct RolloutSender: Sendable {
    /// Why a patch was not sent, or did nothing.
    enum Failure: Error, Sendable {
        /// One redacted line. Nothing is lost: the next look decides anew.
        case notDone(String)
        /// The history could not be written, or this process may not write: nothing more is sent now.
        case mustStop(String)
    }

    /// How often a patch is sent again because something else of the object has changed.
    private static let maxAttempts = 5

    let client: KubeClient
    let reader: WorkloadReader
    let history: History
    /// Why nothing may be written; nil while this process leads.
    let reasonToStop: @Sendable () -> String?

    /// Patches a workload.
    ///
    /// - Parameters:
    ///   - action: What to do.
    ///   - workload: As it was looked at.
    ///   - run: The run to which the write belongs.
    ///   - reason: One line for the audit row.
    /// - Returns: The workload as the API server has it now.
    /// - Throws: ``Failure``.
    func send(
        _ action: RolloutAction,
        to workload: FollowedWorkload,
        in run: RunID,
        because reason: String
    ) async throws(Failure) -> KubeObject {
        if let reason = reasonToStop() { throw .mustStop(reason) }
        let journal = history.journal(for: run)
        let intents: [Int64]
        do {
            intents = try await journal.intend([MutationIntent(id: workload.id, verb: action.verb, reason: reason)])
        } catch {
            throw .mustStop("the history cannot be written, so nothing is rolled out: \(error)")
        }
        CrashPoint.reach(.afterRolloutIntent)
        let result = await shieldedFromCancellation { await patch(workload, action) }
        CrashPoint.reach(.afterRollout)
        let ending: MutationResult =
            switch result {
            case .success: .done
            case .failure(let error):
                error.isOutcomeUnknown ? .unknown(error.description) : .failed(error.description)
            }
        do {
            let ends = intents.map { ($0, ending) }
            let failure = await shieldedFromCancellation { () -> (any Error)? in
                do {
                    try await journal.conclude(ends.map { (intent: $0.0, result: $0.1) })
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
        } catch {
            throw .mustStop("the history cannot be written, so nothing more is rolled out: \(error)")
        }
        switch result {
        case .success(let object): return object
        case .failure(let error) where error.reason == .withheld: throw .mustStop(error.message)
        case .failure(let error): throw .notDone(error.description)
        }
    }

    /// Sends the patch, again for a newer version of the workload as long as nothing of what was decided by has changed.
    private func patch(_ workload: FollowedWorkload, _ action: RolloutAction) async -> Result<KubeObject, KubeError> {
        guard let resource = APIResource.workloads.first(where: { $0.gvk.groupKind == workload.id.groupKind }) else {
            return .failure(KubeError(reason: .configuration, message: "\(workload.id) cannot be rolled out"))
        }
        var current = workload
        for attempt in 1...RolloutSender.maxAttempts {
            do throws(KubeError) {
                let answer = try await client.patch(
                    resource,
                    namespace: workload.id.namespace,
                    name: workload.id.name,
                    type: .strategic,
                    body: RolloutPatch.body(for: current, action),
                    fieldManager: FieldManager.rollout
                )
                return .success(answer.object)
            } catch {
                guard error.reason == .conflict, attempt < RolloutSender.maxAttempts else { return .failure(error) }
                do throws(KubeError) {
                    guard let now = try await reader.workload(workload.id), now.isSame(as: workload) else {
                        return .failure(error)
                    }
                    current = now
                } catch {
                    return .failure(error)
                }
            }
        }
        return .failure(KubeError(reason: .conflict, message: "\(workload.id) changes all the time"))
    }

    /// Deletes pods of a StatefulSet that an undone rollout has left: the controller waits for them to become ready, which
    /// they never will (kubernetes, "Forced rollback" of StatefulSets).
    func delete(stuck pods: [PodImages], of workload: FollowedWorkload, in run: RunID) async throws(Failure) {
        for pod in pods {
            if let reason = reasonToStop() { throw .mustStop(reason) }
            let id = ObjectID(group: "", kind: "Pod", namespace: workload.id.namespace, name: pod.name)
            let journal = history.journal(for: run)
            let text = "left by the rollout that is undone; \(workload.id) makes it anew"
            do {
                let intents = try await journal.intend([MutationIntent(id: id, verb: .delete, reason: text)])
                let result = await shieldedFromCancellation { () -> MutationResult in
                    do throws(KubeError) {
                        _ = try await client.delete(
                            .pods,
                            namespace: id.namespace,
                            name: id.name,
                            uid: pod.uid,
                            propagation: .background
                        )
                        return .done
                    } catch {
                        return error.isOutcomeUnknown ? .unknown(error.description) : .failed(error.description)
                    }
                }
                try await journal.conclude(intents.map { (intent: $0, result: result) })
            } catch {
                throw .mustStop("the history cannot be written, so nothing more is rolled out: \(error)")
            }
        }
    }
}

extension RolloutAction {
    fileprivate var verb: MutationIntent.Verb {
        switch self {
        case .restart, .undo: .restart
        case .conclude, .tidy: .annotate
        }
    }
}

extension FollowedWorkload {
    /// Whether what a rollout is decided by is the same.
    fileprivate func isSame(as other: FollowedWorkload) -> Bool {
        object.uid == other.object.uid && containers == other.containers && state == other.state
            && obstacle == other.obstacle
    }
}
