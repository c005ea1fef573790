// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Taking fields over from people's kubectl before an apply.
extension StepRunner {
    private static let maxAttempts = 5

    /// Rewrites managedFields where needed. A write by others in between makes it start over, at most five times.
    ///
    /// - Parameter found: The object as it was read or answered last; nil when there was none.
    /// - Throws: When the fields cannot be taken, or the object must not be written any more.
    func takeOwnership(of found: KubeObject?) async throws(StepFailure) {
        guard var live = found, !SyncAnnotation.forbidsForce(step.object) else { return }
        for _ in 0..<Self.maxAttempts {
            let takeover = OwnershipTakeover(for: live, applying: step.object, adopts: step.cause == .adoption)
            guard let takeover else { return }
            do throws(WriteFailure) {
                try await send(takeover.patch)
                CrashPoint.reach(.afterTakeover)
                return
            } catch {
                guard case .refused(let refusal) = error, refusal.mayHaveChanged else {
                    throw StepFailure(error, of: step)
                }
            }
            guard let now = try await reread() else { return }
            live = now
        }
        throw StepFailure(
            step,
            cause: "its field owners changed \(Self.maxAttempts) times while they were being taken over",
            remedy: "the next pass tries again; find out who keeps writing the object",
            isRetryable: true
        )
    }

    /// Removes defaults without an owner when only they make the API server refuse the manifest; see
    /// ``OutlivedDefaults``.
    ///
    /// - Parameter refusal: The API server's answer to the apply.
    /// - Returns: The document and version to go on with; nil when the refusal is of another kind, or the object has
    ///   changed meanwhile.
    /// - Throws: When the object cannot be read, or must not be written any more.
    func clearOutlivedDefaults(after refusal: KubeError) async throws(StepFailure) -> OutlivedDefaults? {
        guard refusal.reason == .invalid, step.live != nil, step.mayBeMarked, !SyncAnnotation.forbidsForce(step.object),
            let live = try await reread(), live.uid == step.live?.uid,
            let cleared = OutlivedDefaults(refusal, live: live, applying: step.object)
        else { return nil }
        do throws(WriteFailure) {
            try await send(cleared.patch)
            return cleared
        } catch {
            guard case .refused(let refusal) = error, refusal.mayHaveChanged else { throw StepFailure(error, of: step) }
            return nil
        }
    }

    private func send(_ patch: JSON) async throws(WriteFailure) {
        let (id, resource) = (step.id, asRead)
        _ = try await applier.write { client async throws(KubeError) in
            try await client.patch(
                resource,
                namespace: id.namespace,
                name: id.name,
                type: .json,
                body: patch,
                fieldManager: FieldManager.main
            )
        }
    }

    /// Where the object was read: a version that this commit adds to a kind may not be served yet.
    private var asRead: APIResource {
        guard let live = step.live, live.gvk != step.resource.gvk else { return step.resource }
        return APIResource(
            gvk: live.gvk,
            plural: step.resource.plural,
            isNamespaced: step.resource.isNamespaced,
            verbs: step.resource.verbs,
            shortNames: step.resource.shortNames
        )
    }

    private func reread() async throws(StepFailure) -> KubeObject? {
        do throws(KubeError) {
            return try await applier.client.get(asRead, namespace: step.id.namespace, name: step.id.name)
        } catch {
            throw StepFailure(.refused(error), of: step)
        }
    }
}

extension Step {
    /// Whether an entry of ours may come into the live object's managedFields before an apply has succeeded. A later pass
    /// takes such an entry, together with our label, as the proof that a sync wrote the object (``Authorship``): so not in
    /// one that has the label from somebody else.
    var mayBeMarked: Bool { isConfirmed || cause == .adoption }
}

extension KubeError {
    /// Whether a patch with a `test` may have been refused because the object has changed, or is gone, or because the
    /// patch was sent twice. A failed `test` is answered with 422.
    fileprivate var mayHaveChanged: Bool {
        switch reason {
        case .conflict, .notFound: true
        case .invalid, .badRequest, .serverError: causes.isEmpty
        default: isOutcomeUnknown
        }
    }
}
