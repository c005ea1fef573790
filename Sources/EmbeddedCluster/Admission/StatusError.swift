// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A refusal as the API server says it: the `Status` object of a failed request, with its HTTP code.
package struct StatusError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One entry of `details.causes`.
    package struct Cause: Sendable, Hashable {
        package let reason: String
        package let message: String
        package let field: String

        package init(reason: String, message: String, field: String = "") {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// `details`: what the refusal is about.
    package struct Details: Sendable, Hashable {
        package var name = ""
        package var group = ""
        package var kind = ""
        package var uid = ""
        package var causes: [Cause] = []
        package var retryAfterSeconds = 0

        package init(
            name: String = "",
            group: String = "",
            kind: String = "",
            uid: String = "",
            causes: [Cause] = [],
            retryAfterSeconds: Int = 0
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    package let code: Int
    /// `NotFound`, `Conflict`, …; empty when the server gives none.
    package let reason: String
    package let message: String
    package var details: Details?
    /// The token of a list that may go on in spite of the error, in `metadata.continue`.
    package var continueToken = ""

    package init(code: Int, reason: String, message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    package var description: String { message }

    /// The `Status` object.
    package var json: JSON {
        var result: JSON = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "code": .int(Int64(code)),
        ]
        if !reason.isEmpty { result["reason"] = .string(reason) }
        if !continueToken.isEmpty { result[["metadata", "continue"]] = .string(continueToken) }
        if let details { result["details"] = details.json }
        return result
    }
}

extension StatusError.Details {
    /// The members that are not empty.
    package var json: JSON {
        var result = JSON.object(JSONObject())
        for (key, text) in [("name", name), ("group", group), ("kind", kind), ("uid", uid)] where !text.isEmpty {
            result[key] = .string(text)
        }
        if !causes.isEmpty {
            result["causes"] = .array(
                causes.map { cause in
                    var entry = JSON.object(JSONObject())
                    for (key, text) in [("reason", cause.reason), ("message", cause.message), ("field", cause.field)]
                    where !text.isEmpty { entry[key] = .string(text) }
                    return entry
                }
            )
        }
        if retryAfterSeconds > 0 { result["retryAfterSeconds"] = .int(Int64(retryAfterSeconds)) }
        return result
    }
}
