// SPDX-License-Identifier: Apache-2.0

/// Who writes an object, when and through which endpoint.
package struct Writer: Sendable, Hashable {
    /// The field manager; `unknown` stands in for an empty name.
    package let manager: String
    /// RFC 3339 in UTC with seconds, such as `2026-01-02T03:04:05Z`.
    package let time: String
    /// Empty for the main resource, else `status` or `scale`.
    package let subresource: String

    package init(manager: String, time: String, subresource: String = "") {
        self.manager = manager.isEmpty ? "unknown" : manager
        self.time = time
        self.subresource = subresource
    }
}
