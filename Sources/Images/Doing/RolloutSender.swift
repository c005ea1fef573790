// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import Waiting

/// Sends the patches of rollouts. Each has its intent and outcome in the history, and applies only to the workload as
/// it was read.
struct RolloutSender: Sendable {
    /// Why a patch was not sent, or did nothing.
    enum Failure: Error, Sendable {
        /// One line, not redacted yet. The next round decides anew.
        case notDone(String)
        /// The history could not be written, or this process may not write: nothing more is sent now.
        case mustStop(String)
    }

    /// How often a patch is sent again because something else of the object has changed.
    private static let maxAttempts = 5

    let client: KubeClient
    let reader: WorkloadReader
    let history: History
    /// Why this process may not write; nil while it holds the lease.
    let reasonToStop: @Sendable () -> String?

    /// Patches a workload.
    ///
    /// - Parameters:
    ///   - action: What to do.
    ///   - workload: As it was read.
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
        let intent = MutationIntent(id: workload.id, verb: action.verb, reason: reason)
        let ending: WriteEnding<KubeObject, KubeError>
        do throws(JournalFailure) {
            ending = try await JournaledWrite(intent, in: history.journal(for: run)).send {
                () async -> Result<KubeObject, KubeError> in
                // A rollout, or its undoing, is intended and not sent; then it is sent, and its outcome is not recorded.
                CrashPoint.reach(named: "after-rollout-intent")
                defer { CrashPoint.reach(named: "after-rollout") }
                return await patch(workload, action)
            }
        } catch {
            throw Failure(error)
        }
        switch ending {
        case .done(let object): return object
        case .failed(let error) where error.reason == .withheld: throw .mustStop(error.message)
        case .failed(let error): throw .notDone(error.description)
        case .notSent(let reason): throw .mustStop(reason)
        }
    }

    /// Sends the patch; sends it again for a newer version of the workload as long as everything that the decision was
    /// based on is unchanged.
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
            let text = "left by the rollout that is undone; \(workload.id) makes it anew"
            let intent = MutationIntent(id: id, verb: .delete, reason: text)
            let ending: WriteEnding<DeleteAnswer, KubeError>
            do throws(JournalFailure) {
                ending = try await JournaledWrite(intent, in: history.journal(for: run)).send {
                    () async -> Result<DeleteAnswer, KubeError> in await delete(pod, id)
                }
            } catch {
                throw Failure(error)
            }
            // What is refused is tried again in the next round.
            if case .notSent(let reason) = ending { throw .mustStop(reason) }
        }
    }

    private func delete(_ pod: PodImages, _ id: ObjectID) async -> Result<DeleteAnswer, KubeError> {
        do throws(KubeError) {
            return .success(
                try await client.delete(
                    .pods,
                    namespace: id.namespace,
                    name: id.name,
                    uid: pod.uid,
                    propagation: .background
                )
            )
        } catch {
            return .failure(error)
        }
    }
}

extension RolloutSender.Failure {
    fileprivate init(_ failure: JournalFailure) {
        let what = failure.isAfterwards ? "nothing more" : "nothing"
        self = .mustStop("the history cannot be written, so \(what) is rolled out: \(failure.cause)")
    }
}

extension MutationIntent.Verb {
    /// Starts new pods.
    package static let restart = MutationIntent.Verb(rawValue: "restart")
    /// Notes on the object how a rollout ended; starts no pod.
    package static let annotate = MutationIntent.Verb(rawValue: "annotate")
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
    /// Whether everything that a rollout's decision is based on is the same in both.
    fileprivate func isSame(as other: FollowedWorkload) -> Bool {
        object.uid == other.object.uid && containers == other.containers && state == other.state
            && obstacle == other.obstacle
    }
}
