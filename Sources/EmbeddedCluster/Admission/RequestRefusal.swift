// SPDX-License-Identifier: Apache-2.0

/// Why the server refuses a request body, in the words of a Kubernetes `Status`.
package struct RequestRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// `status.reason` (left out when empty), with its HTTP code.
    package enum Reason: String, Sendable, Hashable {
        case badRequest = "BadRequest"
        case forbidden = "Forbidden"
        case conflict = "Conflict"
        case invalid = "Invalid"
        case internalError = "InternalError"
        /// A failure that the real server reports as 500 without any reason: the field is left out.
        case unnamed = ""

        package var code: Int {
            switch self {
            case .badRequest: 400
            case .forbidden: 403
            case .conflict: 409
            case .invalid: 422
            case .internalError, .unnamed: 500
            }
        }
    }

    /// One entry of `status.details.causes`.
    package struct Cause: Sendable, Hashable {
        package let reason: String
        package let message: String
        package let field: String

        package init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    package let reason: Reason
    /// The whole text of `status.message`.
    package let message: String
    /// In the order in which they were found; may be empty.
    package let causes: [Cause]

    package init(_ reason: Reason, _ message: String, causes: [Cause] = []) {
        self.reason = reason
        self.message = message
        self.causes = causes
    }

    package var description: String { "\(reason.rawValue): \(message)" }
}
