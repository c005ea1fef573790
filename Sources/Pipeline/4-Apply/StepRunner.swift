// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// What a step needs to know of the pass around it.
struct StepContext: Sendable {
    let definedKinds: Set<GroupKind>
    let definedNamespaces: Set<String>
    let settling: SettlingDeadlines
}

/// How a step ended.
struct StepResult: Sendable {
    let outcome: ObjectOutcome
    let journalResult: MutationResult
    /// Set when the pass must end.
    var interruption: String?
    /// Whether it must end because an intent or an outcome could not be written down.
    var isJournalLost = false
    /// Whether it is not known what the cluster has now.
    var isUnclear = false
}

/// Applies one object, with all the patience and care that takes.
struct StepRunner: Sendable {
    let applier: Applier
    let step: Step
    let context: StepContext

    /// Runs the step. Never throws: what went wrong is in the outcome.
    func run() async -> StepResult {
        let start = ContinuousClock.now
        if step.id.groupKind.isSecret {
            Redactor.shared.register(secretObject: step.object)
        }
        do throws(StepFailure) {
            try await takeOwnership()
            let answer = try await converge(try await applyPatiently())
            return done(answer, after: start.duration(to: .now))
        } catch {
            return failed(error, after: start.duration(to: .now))
        }
    }

    /// Sends the apply until what this same pass is just creating lets it in. After a lost answer or a lost race the
    /// object is looked at before anything is sent again.
    func applyPatiently() async throws(StepFailure) -> StepAnswer {
        var delay = Duration.milliseconds(50)
        var looks = 0
        var unanswered: KubeError?
        while true {
            do throws(WriteFailure) {
                return StepAnswer(try await sendApply())
            } catch {
                guard case .refused(let refusal) = error else { throw failure(error, after: unanswered) }
                if refusal.isOutcomeUnknown { unanswered = refusal }
                if refusal.reason == .immutableField { return try await recreate(after: refusal) }
                let looksAgain = refusal.needsAnotherLook
                if looksAgain { looks += 1 }
                guard looksAgain ? looks <= Self.maxLooks : isSettling(refusal, longerThan: delay)
                else { throw failure(error, after: unanswered) }
                try await wait(delay, after: unanswered)
                delay = min(delay * 2, .seconds(2))
                if looksAgain, let answer = try await lookAgain(after: unanswered ?? refusal) { return answer }
            }
        }
    }

    func sendApply() async throws(WriteFailure) -> WriteAnswer {
        let step = step
        return try await applier.write { client async throws(KubeError) in
            try await client.apply(
                step.object,
                to: step.resource,
                fieldManager: FieldManager.main,
                force: !SyncAnnotation.forbidsForce(step.object)
            )
        }
    }

    /// Whether a refusal comes from something that ends by itself, for which the pass still waits so long.
    private func isSettling(_ error: KubeError, longerThan delay: Duration) -> Bool {
        guard let thing = settlingThing(error) else { return false }
        return ContinuousClock.now + delay < context.settling.end(of: thing)
    }

    /// What a refusal comes from, when that ends by itself or this pass has set it in motion; nil when it is to be reported.
    private func settlingThing(_ error: KubeError) -> String? {
        switch error.reason {
        case .namespaceTerminating: return "namespace \(step.id.namespace)"
        case .notFound, .methodNotAllowed:
            if context.definedKinds.contains(step.id.groupKind) { return "kind \(step.id.groupKind)" }
            return context.definedNamespaces.contains(step.id.namespace) ? "namespace \(step.id.namespace)" : nil
        default: return nil
        }
    }

    /// Waits until the object's incarnation `uid` does not exist any more.
    func waitUntilGone(uid: String) async throws(StepFailure) {
        let end = ContinuousClock.now + applier.deadlines.gone
        var delay = Duration.milliseconds(50)
        while true {
            let finalizers: [String]
            do throws(KubeError) {
                let id = step.id
                let now = try await applier.client.get(step.resource, namespace: id.namespace, name: id.name)
                guard let now, now.uid == uid else { return }
                finalizers = now.finalizers
            } catch {
                throw StepFailure(.refused(error), of: step)
            }
            guard ContinuousClock.now + delay < end else {
                let who = finalizers.isEmpty ? "" : ", finalizers: \(finalizers.joined(separator: ", "))"
                throw StepFailure(
                    step,
                    cause: "the old object is still being deleted after \(applier.deadlines.gone)\(who)",
                    remedy: "whoever set the finalizers must remove them; the next pass goes on",
                    isRetryable: true
                )
            }
            try await wait(delay)
            delay = min(delay * 2, .seconds(1))
        }
    }

    private func wait(_ duration: Duration, after unanswered: KubeError? = nil) async throws(StepFailure) {
        do throws(WriteFailure) { try await applier.pause(duration) } catch {
            throw failure(error, after: unanswered)
        }
    }
}

/// What an apply gave, with remarks of ours for people.
struct StepAnswer: Sendable {
    let answer: WriteAnswer
    let remarks: [String]
    let isRecreated: Bool
    /// As in ``ObjectOutcome``.
    let residual: String

    init(_ answer: WriteAnswer, remarks: [String] = [], isRecreated: Bool = false, residual: String = "") {
        self.answer = answer
        self.remarks = remarks
        self.isRecreated = isRecreated
        self.residual = residual
    }
}

extension StepRunner {
    private func done(_ result: StepAnswer, after duration: Duration) -> StepResult {
        let object = result.answer.object
        let action: ObjectOutcome.Action
        if result.isRecreated {
            action = .configured
        } else if result.answer.isCreated {
            action = .created
        } else {
            action = object.resourceVersion == step.live?.resourceVersion ? .unchanged : .configured
        }
        let outcome = ObjectOutcome(
            id: step.id,
            apiVersion: step.object.gvk.apiVersion,
            action: action,
            origin: step.origin,
            changes: step.changes,
            before: step.live,
            after: object,
            warnings: result.remarks + result.answer.warnings,
            duration: duration,
            residual: result.residual
        )
        return StepResult(outcome: outcome, journalResult: .done)
    }

    private func failed(_ failure: StepFailure, after duration: Duration) -> StepResult {
        let outcome = ObjectOutcome(
            id: step.id,
            apiVersion: step.object.gvk.apiVersion,
            action: failure.interruption == nil ? .failed : .skipped,
            origin: step.origin,
            error: failure.line,
            isRetryable: failure.isRetryable,
            changes: step.changes,
            before: step.live,
            duration: duration
        )
        return StepResult(
            outcome: outcome,
            journalResult: failure.isOutcomeUnknown ? .unknown(failure.line) : .failed(failure.line),
            interruption: failure.interruption,
            isJournalLost: failure.isJournalLost,
            isUnclear: failure.isUnclear
        )
    }
}
