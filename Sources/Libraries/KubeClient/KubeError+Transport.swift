// SPDX-License-Identifier: Apache-2.0
import HTTPWire

extension KubeError {
    /// Translates a failure to get an answer.
    init(_ error: HTTPError, to request: KubeRequest) {
        let reason: Reason =
            switch error.reason {
            case .cancelled: .cancelled
            case .nameResolution, .connect, .refusedAddress, .proxy, .connectionLost, .malformedAnswer: .unreachable
            case .tls: .tls
            case .timeout: .timeout
            case .tooLarge: .tooLarge
            case .badRequest: .configuration
            case .withheld: .withheld
            }
        self.init(
            reason: reason,
            message: KubeError.oneLine(error.message),
            request: request.display,
            isOutcomeUnknown: request.safety != .read && error.mayHaveBeenSent
        )
    }

    /// An answer with a good status that is not what was asked for.
    static func violation(_ problem: String, _ answer: HTTPResponse, to request: KubeRequest) -> KubeError {
        KubeError(
            reason: .protocolViolation,
            statusCode: answer.status,
            message: "the answer is unusable: \(oneLine(problem)); it counts as no answer",
            request: request.display,
            isOutcomeUnknown: request.safety != .read
        )
    }

    /// The same error, with the outcome of the write declared unknown.
    func withUnknownOutcome() -> KubeError {
        KubeError(
            reason: reason,
            statusCode: statusCode,
            message: message,
            causes: causes,
            subjectKind: subjectKind,
            subjectName: subjectName,
            retryAfter: retryAfter,
            request: request,
            isOutcomeUnknown: true
        )
    }
}
