// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

// The constructors of apimachinery's `api/errors`, with its texts.
extension StatusError {
    /// 404: there is no such object.
    package static func notFound(_ resource: GroupResource, _ name: String) -> StatusError {
        StatusError(
            code: 404,
            reason: "NotFound",
            message: "\(resource) \(quoted(name)) not found",
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 404 of a path that nobody serves.
    package static let noSuchPath = StatusError(
        code: 404,
        reason: "NotFound",
        message: "the server could not find the requested resource",
        details: Details()
    )

    /// 409: the name is taken.
    package static func alreadyExists(_ resource: GroupResource, _ name: String) -> StatusError {
        StatusError(
            code: 409,
            reason: "AlreadyExists",
            message: "\(resource) \(quoted(name)) already exists",
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 409: every name that the server generated is taken.
    package static func noUniqueName(_ resource: GroupResource, _ name: String) -> StatusError {
        StatusError(
            code: 409,
            reason: "AlreadyExists",
            message:
                "\(resource) \(quoted(name)) already exists, the server was not able to generate a unique name for "
                + "the object",
            details: Details(name: name, group: resource.group, kind: resource.resource, retryAfterSeconds: 1)
        )
    }

    /// 409: the object is not as the writer thought.
    package static func conflict(_ resource: GroupResource, _ name: String, _ problem: String) -> StatusError {
        StatusError(
            code: 409,
            reason: "Conflict",
            message: "Operation cannot be fulfilled on \(resource) \(quoted(name)): \(problem)",
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 409: the resourceVersion that the writer read is not the newest.
    package static func modified(_ resource: GroupResource, _ name: String) -> StatusError {
        .conflict(
            resource,
            name,
            "the object has been modified; please apply your changes to the latest version and try again"
        )
    }

    /// 403, with the object in the text.
    package static func forbidden(_ resource: GroupResource, _ name: String, _ problem: String) -> StatusError {
        let subject = name.isEmpty ? "\(resource)" : "\(resource) \(quoted(name))"
        return StatusError(
            code: 403,
            reason: "Forbidden",
            message: "\(subject) is forbidden: \(problem)",
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 422: the object breaks rules; each is a cause whose reason is its `field.ErrorType`.
    package static func invalid(_ kind: GroupKind, _ name: String, _ causes: [Cause]) -> StatusError {
        var seen: Set<String> = []
        let bodies = causes.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
            .filter { seen.insert($0).inserted }
        let list = bodies.count == 1 ? bodies[0] : "[\(bodies.joined(separator: ", "))]"
        return StatusError(
            code: 422,
            reason: "Invalid",
            message: "\(kind) \(quoted(name)) is invalid" + (bodies.isEmpty ? "" : ": \(list)"),
            details: Details(name: name, group: kind.group, kind: kind.kind, causes: causes)
        )
    }

    /// 400.
    package static func badRequest(_ message: String) -> StatusError {
        StatusError(code: 400, reason: "BadRequest", message: message)
    }

    /// 401.
    package static let unauthorized = StatusError(code: 401, reason: "Unauthorized", message: "Unauthorized")

    /// 405.
    package static let methodNotAllowed = StatusError(
        code: 405,
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
        details: Details()
    )

    /// 410: the asked revision is compacted away.
    package static func expired(_ message: String) -> StatusError {
        StatusError(code: 410, reason: "Expired", message: message)
    }

    /// 500, with the problem as the only cause.
    package static func internalError(_ problem: String) -> StatusError {
        StatusError(
            code: 500,
            reason: "InternalError",
            message: "Internal error occurred: \(problem)",
            details: Details(causes: [Cause(reason: "", message: problem)])
        )
    }

    /// 504: the asked revision is of the future.
    package static func tooLargeResourceVersion(asked: Int64, current: Int64) -> StatusError {
        StatusError(
            code: 504,
            reason: "Timeout",
            message: "Timeout: Too large resource version: \(asked), current: \(current)",
            details: Details(
                causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version")],
                retryAfterSeconds: 1
            )
        )
    }

    /// The text in double quotes, escaped as Go's `%q`.
    package static func quoted(_ text: String) -> String { JSON.string(text).text }
}

extension StatusError {
    /// 415, naming what would be accepted.
    package static func unsupportedMediaType(_ accepted: [String]) -> StatusError {
        StatusError(
            code: 415,
            reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: "
                + accepted.joined(separator: ", ")
        )
    }

    /// 413: the body is beyond `limit` bytes.
    package static func tooLarge(limit: Int) -> StatusError {
        StatusError(
            code: 413,
            reason: "RequestEntityTooLarge",
            message: "Request entity too large: limit is \(limit)"
        )
    }

    /// 500 with a bare text, as errors that the server did not foresee.
    package static func unforeseen(_ message: String) -> StatusError {
        StatusError(code: 500, reason: "", message: message)
    }

    /// A refusal of the merge and validation functions, about one object.
    package init(_ refusal: RequestRefusal, kind: GroupKind, name: String) {
        let causes = refusal.causes.map { Cause(reason: $0.reason, message: $0.message, field: $0.field) }
        var details: Details?
        switch refusal.reason {
        case .invalid where causes.isEmpty: details = Details()
        case .invalid: details = Details(name: name, group: kind.group, kind: kind.kind, causes: causes)
        default: if !causes.isEmpty { details = Details(causes: causes) }
        }
        self.init(
            code: refusal.reason.code,
            reason: refusal.reason.rawValue,
            message: refusal.message,
            details: details
        )
    }
}
