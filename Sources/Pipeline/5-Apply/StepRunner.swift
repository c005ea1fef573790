// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import Waiting

/// What a step needs to know of the pass around it.
struct StepContext: Sendable {
    let definedKinds: Set<GroupKind>
    let definedNamespaces: Set<String>
    let isNew: NewPlaces
    let residualKey: ResidualKey
    let settling: SettlingDeadlines
}

/// How a step ended.
struct StepResult: Sendable {
    let outcome: ObjectOutcome
    let journalResult: MutationResult
    /// Set when the pass must end.
    var interruption: String?
    /// Whether it must end because an intent or an outcome could not be recorded.
    var isJournalLost = false
    /// Whether it is not known what the cluster has now.
    var isUnclear = false
}

/// How far the apply of one object has come.
private struct ApplyState {
    private(set) var document: KubeObject
    /// The incarnation that was read last; nil when there was none.
    var uid: String?
    /// How long to wait depends on what refuses, so the deadline does, too.
    var backoff = Backoff(atMost: .seconds(2), until: nil)
    var looks = 0
    /// The first answer that left the outcome open.
    var unanswered: KubeError?
    private(set) var remarks: [String] = []

    init(document: KubeObject, uid: String?) {
        self.document = document
        self.uid = uid
    }

    /// Goes on with another document, after conflicting defaults were removed.
    mutating func take(_ cleared: OutlivedDefaults) {
        document = cleared.document
        remarks = [cleared.remark]
    }
}

/// Applies one object: takes fields over, waits, repeats, and recreates where that is allowed.
struct StepRunner: Sendable {
    let applier: Applier
    let step: Step
    let context: StepContext

    /// Runs the step. Never throws: what went wrong is in the outcome.
    func run() async -> StepResult {
        let start = ContinuousClock.now
        if step.id.groupKind.isSecret {
            applier.client.redactor.register(secretObject: step.object)
        }
        do throws(StepFailure) {
            if step.live == nil { try await lookBeforeCreating() }
            if step.mayBeMarked { try await takeOwnership(of: step.live) }
            let answer = try await converge(try await applyPatiently(onto: step.live?.uid))
            return done(answer, after: start.duration(to: .now))
        } catch {
            return failed(error, after: start.duration(to: .now))
        }
    }

    /// Sends the apply, again while it fails only because something that this pass creates is not ready. After a lost
    /// answer or a lost race the object is read before anything is sent again. Never sent to another incarnation than
    /// the one that was read last, `uid` at first; nil when there was none.
    func applyPatiently(onto uid: String?) async throws(StepFailure) -> StepAnswer {
        var state = ApplyState(document: step.object, uid: uid)
        while true {
            let answer: WriteAnswer
            do throws(WriteFailure) {
                answer = try await sendApply(state.document, uid: state.uid)
            } catch {
                guard case .refused(let refusal) = error else { throw failure(error, after: state.unanswered) }
                if refusal.isOutcomeUnknown { state.unanswered = refusal }
                if refusal.reason == .immutableField { return try await recreate(after: refusal) }
                if state.remarks.isEmpty, let cleared = try await clearOutlivedDefaults(after: refusal) {
                    state.take(cleared)
                    continue
                }
                if let answer = try await patience(with: refusal, &state, failing: error) { return answer }
                continue
            }
            // Not created by us: others have created it since it was read, and no field had to be taken by force.
            if state.uid == nil, !answer.isCreated { try refuseForeign(answer.object) }
            return StepAnswer(answer, remarks: state.remarks)
        }
    }

    /// Waits, and reads the object where that is needed, before the apply is sent again.
    ///
    /// - Returns: An answer when nothing need be sent any more.
    private func patience(
        with refusal: KubeError,
        _ state: inout ApplyState,
        failing error: WriteFailure
    ) async throws(StepFailure) -> StepAnswer? {
        let isSurprise = state.uid == nil && refusal.reason == .fieldManagerConflict
        let looksAgain = refusal.needsAnotherLook || isSurprise
        if looksAgain { state.looks += 1 }
        guard looksAgain ? state.looks <= Self.maxLooks : isSettling(refusal, longerThan: state.backoff.next)
        else { throw failure(error, after: state.unanswered) }
        try await wait(state.backoff.take(), after: state.unanswered)
        guard looksAgain else { return nil }
        switch try await lookAgain(after: state.unanswered ?? refusal) {
        case .asWanted(let answer): return answer
        case .other(let uid): state.uid = uid
        }
        return nil
    }

    /// Sends one apply: only to the incarnation `uid`, or, when that is nil, without a uid and without force, so that
    /// fields of an object that exists nevertheless are not taken from others.
    func sendApply(_ document: KubeObject, uid: String?) async throws(WriteFailure) -> WriteAnswer {
        var sent = document
        if let uid { sent.json[["metadata", "uid"]] = .string(uid) }
        let (object, step) = (sent, step)
        return try await applier.write { client async throws(KubeError) in
            try await client.apply(
                object,
                to: step.resource,
                fieldManager: FieldManager.main,
                force: step.mayForce(onto: uid)
            )
        }
    }

    /// Whether a refusal comes from something that ends by itself, and the pass may still wait this long for it.
    private func isSettling(_ error: KubeError, longerThan delay: Duration) -> Bool {
        guard let thing = settlingThing(error) else { return false }
        return ContinuousClock.now + delay < context.settling.end(of: thing)
    }

    /// What a refusal comes from, when that ends by itself or this pass has set it in motion; nil when it is to be reported.
    private func settlingThing(_ error: KubeError) -> String? {
        switch error.reason {
        case .namespaceTerminating: return "namespace \(step.id.namespace)"
        case .notFound, .methodNotAllowed:
            let namespace = step.id.namespace
            if error.isAbout(namespace: namespace), !context.definedNamespaces.contains(namespace) { return nil }
            if context.definedKinds.contains(step.id.groupKind) { return "kind \(step.id.groupKind)" }
            return context.definedNamespaces.contains(namespace) ? "namespace \(namespace)" : nil
        default: return nil
        }
    }

    /// Waits until the object's incarnation `uid` does not exist any more.
    func waitUntilGone(uid: String) async throws(StepFailure) {
        let limit = applier.recreateLimit
        var backoff = Backoff(until: ContinuousClock.now + limit)
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
            guard !backoff.isLate() else {
                let who = finalizers.isEmpty ? "" : ", finalizers: \(finalizers.joined(separator: ", "))"
                throw StepFailure(
                    step,
                    cause: "the old object is still being deleted after \(limit)\(who)",
                    remedy: finalizers == ["orphan"]
                        ? "Kubernetes' garbage collector removes that one: see whether kube-controller-manager runs"
                        : "whoever set the finalizers must remove them; the next pass goes on",
                    isRetryable: true
                )
            }
            try await wait(backoff.take())
        }
    }

    private func wait(_ duration: Duration, after unanswered: KubeError? = nil) async throws(StepFailure) {
        do throws(WriteFailure) { try await applier.pause(duration) } catch {
            throw failure(error, after: unanswered)
        }
    }
}

/// The answer to an apply, with our remarks for people.
struct StepAnswer: Sendable {
    let answer: WriteAnswer
    let remarks: [String]
    let isRecreated: Bool
    /// As in ``ObjectOutcome``.
    let residual: Residual
    /// As in ``ObjectOutcome``.
    let isUnfinished: Bool
    /// How a second apply failed, of an object that is not finished without it.
    let second: StepFailure?

    init(
        _ answer: WriteAnswer,
        remarks: [String] = [],
        isRecreated: Bool = false,
        residual: Residual = .empty,
        isUnfinished: Bool = false,
        second: StepFailure? = nil
    ) {
        self.second = second
        self.answer = answer
        self.remarks = remarks
        self.isRecreated = isRecreated
        self.residual = residual
        self.isUnfinished = isUnfinished
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
        let standing = StandingFields(step, in: object)
        let outcome = ObjectOutcome(
            id: step.id,
            apiVersion: step.object.gvk.apiVersion,
            action: action,
            origin: step.origin,
            changes: Array((standing.changes(of: step) + step.removed(from: object)).prefix(FieldChange.maxListed)),
            before: step.live,
            after: object,
            warnings: result.remarks + standing.remarks + result.answer.warnings,
            duration: duration,
            residual: result.residual,
            isUnfinished: result.isUnfinished
        )
        return StepResult(
            outcome: outcome,
            journalResult: .done,
            interruption: result.second?.interruption,
            isJournalLost: result.second?.isJournalLost == true,
            isUnclear: result.second?.isUnclear == true || result.second?.isOutcomeUnknown == true
        )
    }

    private func failed(_ failure: StepFailure, after duration: Duration) -> StepResult {
        let outcome = ObjectOutcome(
            id: step.id,
            apiVersion: step.object.gvk.apiVersion,
            action: failure.interruption == nil ? .failed : .skipped,
            origin: step.origin,
            error: failure.line,
            cause: failure.cause,
            isRetryable: failure.isRetryable,
            changes: step.changes,
            before: step.live,
            duration: duration
        )
        return StepResult(
            outcome: outcome,
            journalResult: MutationResult(failure),
            interruption: failure.interruption,
            isJournalLost: failure.isJournalLost,
            isUnclear: failure.isUnclear
        )
    }
}
