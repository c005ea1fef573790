// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One finding of validation, printed as Kubernetes prints it.
package struct FieldError: Sendable, Hashable, CustomStringConvertible {
    /// `status.details.causes[].reason`.
    package enum Reason: String, Sendable, Hashable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case notSupported = "FieldValueNotSupported"
        case duplicate = "FieldValueDuplicate"
        case forbidden = "FieldValueForbidden"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case notFound = "FieldValueNotFound"
        case typeInvalid = "FieldValueTypeInvalid"

        /// How the reason reads in messages.
        package var text: String {
            switch self {
            case .required: "Required value"
            case .invalid, .typeInvalid: "Invalid value"
            case .notSupported: "Unsupported value"
            case .duplicate: "Duplicate value"
            case .forbidden: "Forbidden"
            case .tooLong: "Too long"
            case .tooMany: "Too many"
            case .notFound: "Not found"
            }
        }
    }

    /// Path as in messages: `spec.template.spec.containers[0].ports[1].name`.
    package let field: String
    package let reason: Reason
    /// Text behind the field in messages: `Invalid value: "x": must be …`.
    package let message: String

    /// Composes the message as the server does.
    ///
    /// - Parameters:
    ///   - field: Path as in messages.
    ///   - reason: What kind of finding it is.
    ///   - value: The offending value; printed only for reasons that print it.
    ///   - detail: What is wrong with it; may be empty.
    package init(_ field: String, _ reason: Reason, value: JSON? = nil, detail: String = "") {
        self.field = field
        self.reason = reason
        var text = reason.text
        switch reason {
        case .required, .forbidden, .tooLong: break
        case .invalid, .notSupported, .duplicate, .notFound, .typeInvalid, .tooMany:
            text += ": \((value ?? .null).text)"
        }
        if !detail.isEmpty { text += ": \(detail)" }
        message = text
    }

    package var description: String { "\(field): \(message)" }
}

extension RequestRefusal {
    /// The 422 answer for findings of validation, as `Deployment.apps "web" is invalid: …`.
    package static func invalid(_ groupKind: GroupKind, name: String, _ errors: [FieldError]) -> RequestRefusal {
        let texts = errors.map(\.description)
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        return RequestRefusal(
            .invalid,
            "\(groupKind) \"\(name)\" is invalid: \(list)",
            causes: errors.map { Cause(reason: $0.reason.rawValue, message: $0.message, field: $0.field) }
        )
    }
}
