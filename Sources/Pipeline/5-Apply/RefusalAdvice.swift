// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

/// What a refusal of the API server means, and what to do about it.
struct RefusalAdvice: Sendable {
    let cause: String
    let remedy: String

    /// Scalars of the causes that are told whole; the line that holds them is cut in its middle later, and a cut must
    /// not fall into a field's path.
    private static let maxLength = 700
    /// Fields that are named of the causes that do not fit.
    private static let maxFields = 8

    init(_ error: KubeError, namespace: String, kind: GroupKind) {
        cause = RefusalAdvice.cause(of: error)
        remedy = RefusalAdvice.remedy(for: error, namespace: namespace, kind: kind)
    }

    private static func cause(of error: KubeError) -> String {
        let causes = error.causes.filter { !$0.field.isEmpty }
        switch error.reason {
        case .immutableField where !causes.isEmpty: return "cannot be changed: \(told(causes))"
        case .invalid where !causes.isEmpty: return "is not valid: \(told(causes))"
        case .fieldManagerConflict:
            return "fields belong to \(error.conflictingManagers.joined(separator: ", ")): \(error.message)"
        case .unreachable, .timeout, .tls, .protocolViolation, .serverError: return "\(error)"
        default: return error.message
        }
    }

    /// The causes in the server's order: the first ones whole, at least one, and of the others their fields.
    private static func told(_ causes: [KubeError.Cause]) -> String {
        var length = 0
        let whole = causes.prefix { cause in
            defer { length += cause.field.unicodeScalars.count + cause.message.unicodeScalars.count + 4 }
            return length == 0 || length + cause.message.unicodeScalars.count <= maxLength
        }
        let text = whole.map { "\($0.field): \($0.message)" }.joined(separator: ", ")
        let rest = causes.dropFirst(whole.count)
        guard !rest.isEmpty else { return text }
        let fields = rest.prefix(maxFields).map(\.field).joined(separator: ", ")
        return "\(text), and \(rest.count) more: \(fields)\(rest.count > maxFields ? ", …" : "")"
    }

    private static func remedy(for error: KubeError, namespace: String, kind: GroupKind) -> String {
        switch error.reason {
        case .cancelled, .unreachable, .timeout, .serverError, .protocolViolation, .tooManyRequests, .conflict,
            .expired, .withheld:
            return "the next pass tries again"
        case .tls, .unauthorized, .configuration: return "check the kubeconfig's certificates and credentials"
        case .forbidden: return "grant the verb to Sternpost's account (\(error.request))"
        case .notFound where error.isAbout(namespace: namespace):
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
        case .tooLarge:
            let limit = ObjectLimits.requestBytes >> 20
            return "split the object: an API server takes \(limit) MiB at most and stores about 1.5 MiB"
        }
    }

    private static func immutableRemedy(_ kind: GroupKind) -> String {
        if KindOrder.protected.contains(kind) {
            return "set the old value again, or use a new name: a \(kind.kind) is never deleted to be created again"
        }
        if !KindOrder.mayBeRecreated(kind) {
            return "set the old value again, or use a new name: a custom resource is never deleted to be created again,"
                + " because its operator may delete what it stands for"
        }
        return "set the old value again, use a new name, or annotate the object with \(WireName.force): enabled to"
            + " have it deleted and created again"
    }
}

extension KubeError {
    /// Whether a refusal says that the object's namespace does not exist.
    func isAbout(namespace: String) -> Bool {
        !namespace.isEmpty && message.contains("namespaces \"\(namespace)\" not found")
    }
}
