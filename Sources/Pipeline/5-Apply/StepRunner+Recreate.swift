// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import Waiting

/// Changing an immutable field by deleting the object and creating it again: only where the manifest asks for it, and
/// never where data would go with it.
extension StepRunner {
    /// Deletes exactly the object that was read, waits until it is gone, and applies. If that fails, the old object is
    /// put back.
    func recreate(after refusal: KubeError) async throws(StepFailure) -> StepAnswer {
        guard step.isRecreated(after: refusal), let live = step.live, let uid = live.uid else {
            throw StepFailure(.refused(refusal), of: step)
        }
        let reason = "recreate: \(refusal.message)"
        let write = JournaledWrite(MutationIntent(id: step.id, verb: .recreate, reason: reason), in: applier.journal)
        let ending: WriteEnding<StepAnswer, StepFailure>
        do throws(JournalFailure) {
            // One request as a whole: a cancelled pass must not leave the object deleted.
            ending = try await write.send(grace: applier.recreateLimit) {
                () async -> Result<StepAnswer, StepFailure> in
                CrashPoint.reach(.afterRecreateIntent)
                let result = await recreated(live, uid: uid)
                CrashPoint.reach(.beforeRecreateOutcome)
                return result
            }
        } catch {
            throw StepFailure(.unrecorded(error.description), of: step)
        }
        switch ending {
        case .done(let answer): return answer
        case .failed(let failure): throw failure
        case .notSent(let reason): throw StepFailure(.interrupted(await applier.reasonToStop() ?? reason), of: step)
        }
    }

    private func recreated(_ live: KubeObject, uid: String) async -> Result<StepAnswer, StepFailure> {
        do throws(StepFailure) { return .success(try await deleteAndApply(live, uid: uid)) } catch {
            return .failure(error)
        }
    }

    /// Asks the API server whether it would take the new object: a refusal must come before the deletion.
    ///
    /// - Returns: A remark about the dry-run for people; nil when there is none.
    private func rehearse() async throws(StepFailure) -> String? {
        let rehearsal = Rehearsal(of: step)
        guard rehearsal.isBinding else { return nil }
        do throws(WriteFailure) {
            _ = try await applier.write { client async throws(KubeError) in try await rehearsal.answer(of: client) }
            return nil
        } catch {
            guard case .refused(let refusal) = error else { throw StepFailure(error, of: step) }
            guard refusal.isVerdict else { throw rehearsal.silence(refusal) }
            guard let remark = rehearsal.remark(on: refusal) else { throw rehearsal.failure(refusal) }
            return remark
        }
    }

    private func deleteAndApply(_ live: KubeObject, uid: String) async throws(StepFailure) -> StepAnswer {
        let (id, resource) = (step.id, step.resource)
        let rehearsalRemark = try await rehearse()
        let propagation = self.propagation
        try await lookBeforeDeletion(uid: uid)
        do throws(WriteFailure) {
            _ = try await applier.write { client async throws(KubeError) in
                try await client.delete(
                    resource,
                    namespace: id.namespace,
                    name: id.name,
                    uid: uid,
                    propagation: propagation
                )
            }
        } catch {
            throw StepFailure(error, of: step)
        }
        CrashPoint.reach(.afterRecreateDelete)
        try await waitUntilGone(uid: uid)
        do throws(WriteFailure) {
            let answer = try await sendApply(step.object, uid: nil)
            var remarks = ["deleted and created again: an immutable field changed"]
            if let rehearsalRemark { remarks.append(rehearsalRemark) }
            if PodTemplate.lasting.contains(id.groupKind) {
                remarks.append("the old Pods went on running; if the selector changed, delete what it matched by hand")
            } else if id.groupKind == GroupKind(group: "batch", kind: "CronJob") {
                remarks.append("its old Jobs stay, and have no owner now")
            }
            return StepAnswer(answer, remarks: remarks, isRecreated: true)
        } catch {
            var failure = StepFailure(
                step,
                cause: "could not be created again after its deletion (\(error)); \(await putBack(live))",
                remedy: "correct the manifest",
                isRetryable: true
            )
            if case .refused(let refusal) = error { failure.isOutcomeUnknown = refusal.isOutcomeUnknown }
            throw failure
        }
    }

    /// What becomes of what the old object owns. It loses its owner and stays: the pods of a Deployment go on running, and what
    /// somebody made owned by a binding or a class does not go because of a field. The pods of a Job are of its old template.
    private var propagation: Propagation {
        step.id.groupKind == GroupKind(group: "batch", kind: "Job") ? .background : .orphan
    }

    /// Reads the object that is to be deleted once more: since the plan was made, an annotation may ask for it to be
    /// kept or left alone, or another tool may own it. What the manifest itself asks for does not count.
    private func lookBeforeDeletion(uid: String) async throws(StepFailure) {
        let now: KubeObject?
        do throws(KubeError) {
            now = try await applier.client.get(step.resource, namespace: step.id.namespace, name: step.id.name)
        } catch {
            throw StepFailure(.refused(error), of: step)
        }
        guard let now, now.uid == uid else { return }
        if let failure = step.objection(toDeleting: now, for: applier.store.applySet) { throw failure }
    }

    /// Creates the old object again, without what only the server may set. Returns how that ended.
    private func putBack(_ live: KubeObject) async -> String {
        var old = live
        old.json["status"] = nil
        for field in [
            "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "deletionTimestamp",
            "deletionGracePeriodSeconds", "selfLink",
        ] { old.json[["metadata", field]] = nil }
        if step.id.groupKind == GroupKind(group: "batch", kind: "Job") { old.forgetGeneratedSelector() }
        let (document, resource) = (old, step.resource)
        // Sent even when the pass is being cancelled: the object must not stay away.
        let failure = await shieldedFromCancellation { [client = applier.client] () -> KubeError? in
            do throws(KubeError) {
                _ = try await client.create(document, in: resource, fieldManager: FieldManager.main)
                return nil
            } catch {
                return error
            }
        }
        guard let failure else { return "the old object was put back" }
        if failure.isOutcomeUnknown || failure.reason == .alreadyExists {
            let id = step.id
            if (try? await applier.client.get(resource, namespace: id.namespace, name: id.name)) != nil {
                return "an object of that name exists again"
            }
        }
        return "the old object could not be put back either: \(failure)"
    }
}

extension KubeObject {
    /// Takes out of a Job what the API server generates for each incarnation and refuses in a new one.
    fileprivate mutating func forgetGeneratedSelector() {
        guard json["spec"]?["manualSelector"]?.bool != true else { return }
        json[["spec", "selector"]] = nil
        for label in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
            json[["spec", "template", "metadata", "labels", label]] = nil
        }
    }
}
