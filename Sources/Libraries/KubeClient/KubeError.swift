// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Why a request to the API server did not do what it was sent for.
package struct KubeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as far as the caller can act on it.
    package enum Reason: Sendable, Hashable {
        /// The task was cancelled.
        case cancelled
        /// No connection, no name, or the connection broke.
        case unreachable
        /// A deadline of ours or of the server passed.
        case timeout
        /// The server's certificate is not accepted, or the handshake failed.
        case tls
        /// 401, after the credentials were read again.
        case unauthorized
        /// 403 by authorization.
        case forbidden
        case notFound
        case alreadyExists
        /// 409: a precondition (resourceVersion, uid) does not hold.
        case conflict
        /// 409: other field managers own what the apply sets to another value; `causes` names them.
        case fieldManagerConflict
        /// 410: the resourceVersion or the continue token is too old; list again.
        case expired
        /// 422, and not for immutability.
        case invalid
        /// 422, and every cause says that a field cannot be changed.
        case immutableField
        /// An admission webhook or policy denied the request.
        case admissionDenied
        /// An admission webhook could not be called.
        case webhookFailed
        /// An admission webhook cannot take part in a dry run.
        case dryRunUnsupported
        case quotaExceeded
        /// The namespace is being deleted, so nothing can be created in it.
        case namespaceTerminating
        /// 429, until the budget of retries ended.
        case tooManyRequests
        /// 413, or more than the store takes, or an answer beyond our own limit.
        case tooLarge
        case unsupportedMediaType
        case badRequest
        case methodNotAllowed
        /// 5xx without a better name.
        case serverError
        /// The answer is not one complete document of the expected kind.
        case protocolViolation
        /// A write was not sent, or not again, because this process may not write any more.
        case withheld
        /// The kubeconfig, the environment or the credentials cannot be used.
        case configuration
    }

    /// One of `details.causes` of a Status.
    package struct Cause: Sendable, Hashable {
        /// Such as `FieldValueInvalid` or `FieldManagerConflict`.
        package let reason: String
        /// The path of the field as the server spells it; empty when there is none.
        package let field: String
        package let message: String

        package init(reason: String, field: String, message: String) {
            self.reason = reason
            self.field = field
            self.message = message
        }
    }

    package let reason: Reason
    /// The HTTP status, nil when no answer came.
    package let statusCode: Int?
    /// The server's own words where there are any; one line, secrets masked.
    package let message: String
    package let causes: [Cause]
    /// What the server's Status is about, as a resource's plural and a name: for `notFound` what was not found, such as
    /// `namespaces` and `shop` when an object is sent to a namespace that does not exist. Empty when it does not say.
    package let subjectKind: String
    package let subjectName: String
    /// How long the server asked us to wait.
    package let retryAfter: Duration?
    /// `PATCH /api/v1/namespaces/x/configmaps/y`: without query, or empty when no request was made.
    package let request: String
    /// Whether a write was sent and no answer tells if it happened.
    package let isOutcomeUnknown: Bool

    package init(
        reason: Reason,
        statusCode: Int? = nil,
        message: String,
        causes: [Cause] = [],
        subjectKind: String = "",
        subjectName: String = "",
        retryAfter: Duration? = nil,
        request: String = "",
        isOutcomeUnknown: Bool = false
    ) {
        self.reason = reason
        self.statusCode = statusCode
        self.message = message
        self.causes = causes
        self.subjectKind = subjectKind
        self.subjectName = subjectName
        self.retryAfter = retryAfter
        self.request = request
        self.isOutcomeUnknown = isOutcomeUnknown
    }

    /// Whether the API server has read the request and refuses what it asks for, with whatever status: a wrong type in
    /// a manifest is a 500. False where it did not answer, or not to this.
    package var isVerdict: Bool { !isRetryable && (statusCode ?? 0) >= 400 }

    /// Whether the same step, computed anew from what the cluster then holds, may succeed later without anyone changing the
    /// manifest or the cluster's rules.
    package var isRetryable: Bool {
        switch reason {
        case .unreachable, .timeout, .unauthorized, .tooManyRequests, .serverError, .protocolViolation, .webhookFailed,
            .conflict, .expired, .namespaceTerminating, .withheld:
            true
        case .cancelled, .tls, .forbidden, .notFound, .alreadyExists, .fieldManagerConflict, .invalid, .immutableField,
            .admissionDenied, .dryRunUnsupported, .quotaExceeded, .tooLarge, .unsupportedMediaType, .badRequest,
            .methodNotAllowed, .configuration:
            false
        }
    }

    /// The field managers that own what we tried to set, ascending; empty unless the reason is `fieldManagerConflict`.
    ///
    /// Read from the server's own words: `conflict with "kubectl-edit" using apps/v1 at 2026-01-01T00:00:00Z`.
    package var conflictingManagers: [String] {
        let names = causes.filter { $0.reason == "FieldManagerConflict" }.compactMap { cause -> String? in
            let parts = cause.message.split(separator: "\"", omittingEmptySubsequences: false)
            return parts.count >= 3 ? String(parts[1]) : nil
        }
        return Set(names).sorted { $0.precedesInByteOrder($1) }
    }

    package var description: String {
        let status = statusCode.map { " (HTTP \($0))" } ?? ""
        let unknown = isOutcomeUnknown ? "; whether the write happened is not known" : ""
        return request.isEmpty ? "\(message)\(status)" : "\(request): \(message)\(status)\(unknown)"
    }
}
