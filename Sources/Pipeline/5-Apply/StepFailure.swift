// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Why one object was not applied or deleted, as a line that a person can act on.
struct StepFailure: Error, Sendable {
    /// `infra/web.yaml:12: Deployment.apps shop/web: cause; remedy`. Without the place for an object that no
    /// file names.
    let line: String
    /// The same without the prefix that names the object and its place.
    let cause: String
    /// Whether the same may succeed later without a new commit.
    let isRetryable: Bool
    /// Whether a request left and no answer came.
    var isOutcomeUnknown = false
    /// Whether the cluster's state is not known now: nothing may be concluded from it in this pass.
    var isUnclear = false
    /// Set when not this object but the whole pass must end.
    var interruption: String?
    /// Whether it must end because an intent or an outcome could not be recorded.
    var isJournalLost = false

    init(_ step: Step, cause: String, remedy: String, isRetryable: Bool) {
        let shown = StepFailure.masked(cause, of: step)
        line = StepFailure.line(step.place, shown, remedy)
        self.cause = StepFailure.cause(shown, remedy)
        self.isRetryable = isRetryable
    }

    init(_ failure: WriteFailure, of step: Step) {
        switch failure {
        case .interrupted(let reason), .unrecorded(let reason):
            line = StepFailure.line(step.place, "not applied: \(reason)", "")
            cause = StepFailure.cause("not applied: \(reason)", "")
            isRetryable = true
            interruption = reason
            if case .unrecorded = failure { isJournalLost = true }
        case .refused(let error):
            let advice = RefusalAdvice(error, namespace: step.id.namespace, kind: step.id.groupKind)
            let size = StepFailure.size(of: step.object, for: error)
            let shown = StepFailure.masked(advice.cause + size, of: step)
            line = StepFailure.line(step.place, shown, advice.remedy)
            cause = StepFailure.cause(shown, advice.remedy)
            isRetryable = error.isRetryable
            isOutcomeUnknown = error.isOutcomeUnknown
            isUnclear = error.isUnclear
        }
    }

    /// The text of an error about a Secret without any of its values, not even one that is a common word.
    private static func masked(_ cause: String, of step: Step) -> String {
        guard step.id.groupKind.isSecret else { return cause }
        let redactor = Redactor()
        redactor.allow(names: step.id.names)
        redactor.register(secretObject: step.object)
        return redactor.redact(cause)
    }

    init(_ failure: WriteFailure, of step: PruneStep) {
        switch failure {
        case .interrupted(let reason), .unrecorded(let reason):
            line = StepFailure.line(step.place, "not deleted: \(reason)", "")
            cause = StepFailure.cause("not deleted: \(reason)", "")
            isRetryable = true
            interruption = reason
        case .refused(let error):
            let advice = RefusalAdvice(error, namespace: step.id.namespace, kind: step.id.groupKind)
            let shown = "not deleted, stays in the inventory: \(advice.cause)"
            line = StepFailure.line(step.place, shown, advice.remedy)
            cause = StepFailure.cause(shown, advice.remedy)
            isRetryable = true
            isOutcomeUnknown = error.isOutcomeUnknown
            isUnclear = error.isUnclear
        }
    }

    /// How large an object is that the server calls too large; empty for every other refusal.
    private static func size(of object: KubeObject, for error: KubeError) -> String {
        guard error.reason == .tooLarge || error.causes.contains(where: { $0.reason == "FieldValueTooLong" }) else {
            return ""
        }
        let annotations = (object.metadata["annotations"]?.object ?? JSONObject()).reduce(0) {
            $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0)
        }
        return " (the object has \(object.json.serialized().count) bytes, its annotations \(annotations))"
    }

    private static func line(_ place: String, _ cause: String, _ remedy: String) -> String {
        StepFailure.cause("\(place): \(cause)", remedy)
    }

    private static func cause(_ cause: String, _ remedy: String) -> String {
        "\(cause)\(remedy.isEmpty ? "" : "; \(remedy)")"
    }
}

extension Step {
    /// The object and its place in git: the prefix of every line about it.
    var place: String { "\(origin): \(id)" }
}

extension PruneStep {
    /// The object: the prefix of every line about it.
    var place: String { "\(id)" }
}

extension KubeError {
    /// Whether the answer was not clear, so that the state after the request is not known.
    fileprivate var isUnclear: Bool {
        switch reason {
        case .unreachable, .timeout, .tls, .unauthorized, .protocolViolation, .cancelled: true
        default: isOutcomeUnknown
        }
    }
}
