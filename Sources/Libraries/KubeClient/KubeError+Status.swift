// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects

extension KubeError {
    /// Reads an answer that is not a success: a Status where there is one, else the HTTP status.
    init(answer: HTTPResponse, to request: KubeRequest) {
        let json = try? JSONParser.parse(answer.body)  // a body that is no JSON is quoted below
        if let json, json["kind"]?.string == "Status" {
            self.init(status: json, httpStatus: answer.status, head: answer.head, to: request)
            return
        }
        let type = answer.head.mediaType
        // Of a Secret's request no text is passed on: a webhook or a proxy may have put the body into it.
        let text =
            type == "text/plain" && !request.isAboutSecrets
            ? String(decoding: answer.body.prefix(500), as: UTF8.self) : ""
        let words = text.isEmpty ? "the answer is no Kubernetes Status but \(type.isEmpty ? "untyped" : type)" : text
        let reason = KubeError.reason(httpStatus: answer.status)
        self.init(
            reason: reason,
            statusCode: answer.status,
            message: KubeError.oneLine(words),
            retryAfter: KubeError.retryAfter(answer.head, nil),
            request: request.display,
            isOutcomeUnknown: KubeError.isOutcomeUnknown(reason, answer.status, request)
        )
    }

    /// Reads a Status that says why a request failed; also the object of a watch's ERROR event.
    init(status: JSON, httpStatus: Int, head: HTTPHead?, to request: KubeRequest) {
        let message = status["message"]?.string ?? ""
        let causes = (status["details"]?["causes"]?.array ?? []).map { cause in
            Cause(
                reason: cause["reason"]?.string ?? "",
                field: cause["field"]?.string ?? "",
                message: KubeError.oneLine(cause["message"]?.string ?? "")
            )
        }
        let code = status["code"]?.int.map { Int(clamping: $0) } ?? httpStatus
        let statusReason = status["reason"]?.string ?? ""
        let reason =
            KubeError.reason(message: message, statusReason: statusReason, causes: causes)
            ?? KubeError.reason(statusReason: statusReason, causes: causes, message: message)
            ?? KubeError.reason(httpStatus: code)
        let words = message.isEmpty ? (statusReason.isEmpty ? "the server gives no reason" : statusReason) : message
        let error = KubeError(
            reason: reason,
            statusCode: code,
            message: KubeError.oneLine(words),
            causes: causes.sorted { ($0.field, $0.message) < ($1.field, $1.message) },
            subjectKind: status["details"]?["kind"]?.string ?? "",
            subjectName: status["details"]?["name"]?.string ?? "",
            retryAfter: KubeError.retryAfter(head, status),
            request: request.display,
            isOutcomeUnknown: KubeError.isOutcomeUnknown(reason, code, request)
        )
        self = request.isAboutSecrets ? SecretWords.replacing(error, text: message) : error
    }

    /// Reasons that can only be recognised by the server's message, whatever the code; nil for all others.
    private static func reason(message: String, statusReason: String, causes: [Cause]) -> Reason? {
        if message.contains("does not support dry run") { return .dryRunUnsupported }
        if message.contains("failed calling webhook") || message.contains("failed to call webhook") {
            return .webhookFailed
        }
        if message.contains("admission webhook"), message.contains("denied the request") { return .admissionDenied }
        if message.contains("AdmissionPolicy"), message.contains("denied request") { return .admissionDenied }
        if causes.contains(where: { $0.reason == "NamespaceTerminating" }) { return .namespaceTerminating }
        if message.contains("is being terminated"), statusReason == "Forbidden" { return .namespaceTerminating }
        if message.contains("etcdserver: request is too large") || message.contains("larger than max") {
            return .tooLarge
        }
        if undecodable.contains(where: message.contains) { return .invalid }
        return nil
    }

    /// What server-side apply says, with 500, of a manifest that does not fit the schema or the kind's own type: it was not
    /// stored.
    private static let undecodable = [
        "failed to create typed patch object", "failed to create typed live", "illegal base64 data",
        "cannot unmarshal",
    ]

    private static func reason(statusReason: String, causes: [Cause], message: String) -> Reason? {
        switch statusReason {
        case "Unauthorized": .unauthorized
        case "Forbidden": forbidden(message)
        case "NotFound": .notFound
        case "AlreadyExists": .alreadyExists
        case "Conflict":
            causes.contains { $0.reason == "FieldManagerConflict" } ? .fieldManagerConflict : .conflict
        case "Gone", "Expired": .expired
        case "Invalid": isImmutability(causes, message) ? .immutableField : .invalid
        case "ServerTimeout", "Timeout": .timeout
        case "TooManyRequests": .tooManyRequests
        case "BadRequest": .badRequest
        case "MethodNotAllowed": .methodNotAllowed
        case "NotAcceptable", "UnsupportedMediaType": .unsupportedMediaType
        case "RequestEntityTooLarge": .tooLarge
        case "InternalError", "ServiceUnavailable", "StorageReadError": .serverError
        default: nil
        }
    }

    /// A 403 is the authorizer's, the quota's, or another admission plug-in's.
    private static func forbidden(_ message: String) -> Reason {
        if message.contains("exceeded quota") { return .quotaExceeded }
        if message.contains("cannot ") || message.contains("attempting to grant") { return .forbidden }
        return message.contains("is forbidden: ") ? .admissionDenied : .forbidden
    }

    /// The API server's words for "this field cannot be changed", as seen in its validation code.
    private static let immutabilityWords = [
        "is immutable", "may not change once set", "cannot change roleRef",
        "updates to statefulset spec for fields other than", "pod updates may not change fields other than",
        "may not be changed in an update", "updates to provisioner are forbidden",
        "updates to parameters are forbidden", "updates to reclaimPolicy are forbidden",
    ]

    /// Whether every cause is that a field cannot be changed: only then would making the object anew help.
    private static func isImmutability(_ causes: [Cause], _ message: String) -> Bool {
        if causes.isEmpty { return isImmutability(message) }
        return causes.allSatisfy { cause in
            (cause.reason == "FieldValueInvalid" || cause.reason == "FieldValueForbidden")
                && isImmutability(cause.message)
        }
    }

    /// Whether the server's words say that a field cannot be changed.
    static func isImmutability(_ text: String) -> Bool { immutabilityWords.contains(where: text.contains) }

    private static func reason(httpStatus: Int) -> Reason {
        switch httpStatus {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 405: .methodNotAllowed
        case 406, 415: .unsupportedMediaType
        case 409: .conflict
        case 410: .expired
        case 413: .tooLarge
        case 422: .invalid
        case 429: .tooManyRequests
        case 504: .timeout
        case 500...: .serverError
        default: .protocolViolation
        }
    }

    /// A 5xx to a write tells that something broke, not whether the store had taken the write before.
    private static func isOutcomeUnknown(_ reason: Reason, _ code: Int, _ request: KubeRequest) -> Bool {
        guard request.safety != .read, code >= 500, code != 501, code != 503 else { return false }
        return reason == .serverError || reason == .timeout
    }

    private static func retryAfter(_ head: HTTPHead?, _ status: JSON?) -> Duration? {
        let inBody = status?["details"]?["retryAfterSeconds"]?.int.map { Duration.seconds(min($0, 86_400)) }
        guard let pause = RetryAfter.read(head?.header("Retry-After"), now: Date()) ?? inBody, pause > .zero else {
            return nil
        }
        return pause
    }
}
