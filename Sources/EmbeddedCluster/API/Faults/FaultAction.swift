// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects

/// What goes wrong with a request.
package enum FaultAction: Sendable {
    /// It is not carried out and answered with this status; an object becomes a JSON body, a text a plain one.
    case answer(status: Int, body: JSON = nil, headers: [String: String] = [:])
    /// The connection is closed before anything is done or said.
    case reset
    /// Nothing is done or said until the client gives up.
    case hang
    /// It is carried out, and the answer ends with the connection behind so many bytes of its body.
    case cutShort(afterBytes: Int)
    /// It is carried out, and the connection is closed without an answer.
    case dropAnswer
    /// It is carried out and answered, but only behind a pause.
    case delay(Duration)
    /// Another client does something in between; then it is carried out and answered as if nothing were wrong. What the
    /// other throws becomes the answer, an internal error.
    case meanwhile(@Sendable () async throws -> Void)
}

extension FaultAction {
    /// 429 with `Retry-After`, as priority and fairness answers.
    package static func tooManyRequests(retryAfter seconds: Int) -> FaultAction {
        var error = StatusError(
            code: 429,
            reason: "TooManyRequests",
            message: "Too many requests, please try again later."
        )
        error.details = .init(retryAfterSeconds: seconds)
        return .answer(status: 429, body: error.json, headers: ["Retry-After": String(seconds)])
    }

    /// An answer with a `Status` of this reason and text.
    package static func failure(status: Int, reason: String, message: String) -> FaultAction {
        .answer(status: status, body: StatusError(code: status, reason: reason, message: message).json)
    }
}
