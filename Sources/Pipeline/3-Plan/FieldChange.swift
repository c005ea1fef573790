// SPDX-License-Identifier: Apache-2.0

/// One field that will change. Values of Secrets are never here.
package struct FieldChange: Sendable, Hashable, Codable {
    /// As the API server prints paths: `.spec.replicas`, `.spec.containers[name="web"].image`.
    package let path: String
    /// Compact JSON of the live value; nil when the field is absent there, or hidden.
    package let before: String?
    /// Compact JSON of the wanted value; nil when the field is removed, or hidden.
    package let after: String?
    /// The field manager whose value is overwritten, and when it wrote it; nil when nobody else owned the field.
    package let takenFrom: String?

    package init(path: String, before: String?, after: String?, takenFrom: String?) {
        self.path = path
        self.before = before
        self.after = after
        self.takenFrom = takenFrom
    }
}
