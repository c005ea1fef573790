// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// Why one object was not applied or deleted, as a line that a person can act on.
struct StepFailure: Error, Sendable {
    /// `infra/web.yaml:12: Deployment.apps shop/web: cause; remedy`, redacted. Without the place for an object that no
    /// file names.
    let line: String
    /// Whether the same may succeed later without a new commit.
    let isRetryable: Bool
    /// Whether a request left and no answer came.
    var isOutcomeUnknown = false
    /// Whether the cluster's state is not clear now: nothing may be concluded from it in this pass.
    var isUnclear = false
    /// Set when not this object but the whole pass must end.
    var interruption: String?
    /// Whether it must end because an intent or an outcome could not be written down.
    var isJournalLost = false

    init(_ step: Step, cause: String, remedy: String, isRetryable: Bool) {
        line = StepFailure.line(step.place, StepFailure.masked(cause, of: step), remedy)
        self.isRetryable = isRetryable
    }

    init(_ failure: WriteFailure, of step: Step) {
        switch failure {
        case .interrupted(let reason), .unrecorded(let reason):
            line = StepFailure.line(step.place, "not applied: \(reason)", "")
            isRetryable = true
            interruption = reason
            if case .unrecorded = failure { isJournalLost = true }
        case .refused(let error):
            let advice = RefusalAdvice(error, namespace: step.id.namespace, kind: step.id.groupKind)
            let cause = advice.cause + StepFailure.size(of: step.object, for: error)
            line = StepFailure.line(step.place, StepFailure.masked(cause, of: step), advice.remedy)
            isRetryable = error.isRetryable
            isOutcomeUnknown = error.isOutcomeUnknown
            isUnclear = error.isUnclear
        }
    }

    /// The words about a Secret without any of its values, not even one that is a common word.
    private static func masked(_ cause: String, of step: Step) -> String {
        guard step.id.groupKind.isSecret else { return cause }
        let redactor = Redactor()
        redactor.register(secretObject: step.object)
        return redactor.redact(cause)
    }

    init(_ failure: WriteFailure, of step: PruneStep) {
        switch failure {
        case .interrupted(let reason), .unrecorded(let reason):
            line = StepFailure.line(step.place, "not deleted: \(reason)", "")
            isRetryable = true
            interruption = reason
        case .refused(let error):
            let advice = RefusalAdvice(error, namespace: step.id.namespace, kind: step.id.groupKind)
            line = StepFailure.line(step.place, "not deleted, stays in the inventory: \(advice.cause)", advice.remedy)
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
        Redactor.shared.redact("\(place): \(cause)\(remedy.isEmpty ? "" : "; \(remedy)")".singleLine)
    }
}

extension Step {
    /// Which object, and where it is written: the head of every line about it.
    var place: String { "\(origin): \(id)" }
}

extension PruneStep {
    /// Which object: the head of every line about it.
    var place: String { "\(id)" }
}

extension KubeError {
    /// Whether the server was not heard clearly, so that its state after the request is not known.
    fileprivate var isUnclear: Bool {
        switch reason {
        case .unreachable, .timeout, .tls, .unauthorized, .protocolViolation, .cancelled: true
        default: isOutcomeUnknown
        }
    }
}

/// What a refusal of the API server means, and what to do about it.
struct RefusalAdvice: Sendable {
    let cause: String
    let remedy: String

    private static let maxCauses = 5

    init(_ error: KubeError, namespace: String, kind: GroupKind) {
        cause = RefusalAdvice.cause(of: error)
        remedy = RefusalAdvice.remedy(for: error, namespace: namespace, kind: kind)
    }

    private static func cause(of error: KubeError) -> String {
        let fields = error.causes.prefix(maxCauses).filter { !$0.field.isEmpty }.map { "\($0.field): \($0.message)" }
        let rest = error.causes.count > maxCauses ? " and \(error.causes.count - maxCauses) more" : ""
        switch error.reason {
        case .immutableField where !fields.isEmpty:
            return "cannot be changed: \(fields.joined(separator: ", "))\(rest)"
        case .invalid where !fields.isEmpty: return "is not valid: \(fields.joined(separator: ", "))\(rest)"
        case .fieldManagerConflict:
            return "fields belong to \(error.conflictingManagers.joined(separator: ", ")): \(error.message)"
        case .unreachable, .timeout, .tls, .protocolViolation, .serverError: return "\(error)"
        default: return error.message
        }
    }

    private static func remedy(for error: KubeError, namespace: String, kind: GroupKind) -> String {
        switch error.reason {
        case .cancelled, .unreachable, .timeout, .serverError, .protocolViolation, .tooManyRequests, .conflict,
            .expired, .withheld:
            return "the next pass tries again"
        case .tls, .unauthorized, .configuration: return "check the kubeconfig's certificates and credentials"
        case .forbidden: return "grant the verb to Sternpost's account (\(error.request))"
        case .notFound where error.message.contains("namespaces \"\(namespace)\""):
            return "add a Namespace manifest for \(namespace) to the repository, or create it"
        case .notFound, .methodNotAllowed:
            return "check the apiVersion: the API server does not serve \(kind.kind) there"
        case .alreadyExists: return "the next pass reads it and goes on"
        case .fieldManagerConflict: return "let one of the two set the field"
        case .invalid, .badRequest, .unsupportedMediaType: return "correct the manifest"
        case .immutableField: return immutableRemedy(kind)
        case .admissionDenied: return "change the manifest, or the policy that denies it"
        case .webhookFailed: return "the admission webhook must answer; the next pass tries again"
        case .dryRunUnsupported: return "the webhook must declare sideEffects: None"
        case .quotaExceeded: return "raise the quota or ask for less"
        case .namespaceTerminating: return "the namespace is being deleted; the next pass tries again"
        case .tooLarge: return "split the object: an API server takes 3 MiB at most and stores about 1.5 MiB"
        }
    }

    private static func immutableRemedy(_ kind: GroupKind) -> String {
        if KindOrder.protected.contains(kind) {
            return "set the old value again, or use a new name: a \(kind.kind) is never deleted to be created again"
        }
        return "set the old value again, use a new name, or annotate the object with sternpost.dev/force: enabled to"
            + " have it deleted and created again"
    }
}
