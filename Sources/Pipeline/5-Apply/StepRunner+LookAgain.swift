// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Looking at the object before an apply is sent again: after a lost answer it may exist already, after a lost race it
/// may belong to another owner.
extension StepRunner {
    /// The most times that one object is read and sent again in a pass.
    static let maxLooks = 5

    /// What the object was found to be.
    enum Look {
        /// As the manifest wants it, so that nothing need be sent.
        case asWanted(StepAnswer)
        /// Something else: this incarnation, or none.
        case other(uid: String?)
    }

    /// Checks whether the object was created by others since the cluster was read. The next pass decides about such an
    /// object by its owner; this pass never takes it over.
    func lookBeforeCreating() async throws(StepFailure) {
        guard !context.isNew.contain(step.id) else { return }
        let found: KubeObject?
        do throws(KubeError) {
            found = try await applier.client.get(step.resource, namespace: step.id.namespace, name: step.id.name)
        } catch {
            // A kind or a namespace that is not there yet: the apply waits for it.
            if [.notFound, .methodNotAllowed].contains(error.reason) { return }
            guard error.reason == .cancelled else { throw StepFailure(.refused(error), of: step) }
            throw StepFailure(.interrupted(await applier.reasonToStop() ?? WriteFailure.cancelled), of: step)
        }
        if let found { try refuseForeign(found) }
    }

    /// Throws when the object belongs to another owner, or was created by others since the cluster was read.
    func refuseForeign(_ found: KubeObject) throws(StepFailure) {
        switch Ownership.of(found, for: applier.store.applySet) {
        case .ours: return
        case .unowned where step.live != nil || isOwnPlace(found): return
        case .unowned:
            throw StepFailure(
                step,
                cause: "was created by somebody else since the cluster was read",
                remedy: "the next pass looks at it and takes it in",
                isRetryable: true
            )
        case .other(let owner):
            throw StepFailure(
                step,
                cause: "came to be owned by \(owner) while it was being applied",
                remedy: "the next pass tells how it can be moved here",
                isRetryable: true
            )
        }
    }

    /// Whether it is the namespace of the inventory, which this process makes where it is missing and git may declare.
    private func isOwnPlace(_ found: KubeObject) -> Bool {
        found.id.groupKind == GroupKind.namespace && found.name == applier.store.applySet.parent.namespace
            && found.managedFields.contains { $0.manager == FieldManager.applySet }
    }

    /// Reads the object and compares it with the manifest.
    ///
    /// - Parameter refusal: Why the apply has to be sent again.
    /// - Returns: Whether anything need be sent, and to which incarnation.
    /// - Throws: When it cannot be read, or must not be written any more.
    func lookAgain(after refusal: KubeError) async throws(StepFailure) -> Look {
        let found: KubeObject?
        do throws(KubeError) {
            found = try await applier.client.get(step.resource, namespace: step.id.namespace, name: step.id.name)
        } catch {
            // The failure of the write matters more than why the object could not be read.
            throw StepFailure(.refused(refusal), of: step)
        }
        guard let found else { return .other(uid: nil) }
        try refuseForeign(found)
        guard FieldComparison.differences(declared: step.object, live: found).isEmpty else {
            return .other(uid: found.uid)
        }
        return .asWanted(
            StepAnswer(
                WriteAnswer(object: found, isCreated: step.live == nil, warnings: []),
                remarks: [
                    "an answer of the API server was lost (\(refusal)); the object was read and is as the manifest says"
                ]
            )
        )
    }

    /// The failure that ends the step. Once an answer was lost, no later refusal tells whether that write happened.
    func failure(_ error: WriteFailure, after unanswered: KubeError?) -> StepFailure {
        var failure = StepFailure(error, of: step)
        if unanswered != nil {
            failure.isOutcomeUnknown = true
            failure.isUnclear = true
        }
        return failure
    }
}

extension KubeError {
    /// Whether the object has to be read before an apply of it is sent again: it may have been stored, or changed, since.
    var needsAnotherLook: Bool {
        switch reason {
        case .conflict, .serverError: true
        case .tooManyRequests: retryAfter == nil
        default: isOutcomeUnknown
        }
    }
}
