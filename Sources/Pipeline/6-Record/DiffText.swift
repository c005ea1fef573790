// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A unified diff of two objects as YAML, for people. Can only be made through the redactor.
package struct DiffText: Sendable, Hashable, Codable {
    /// Lines of a unified diff with `---` and `+++` headers; empty when nothing differs.
    package let text: String
    /// Whether lines were left out because the diff was too long.
    package let isTruncated: Bool

    /// Compares two states of an object; nil when both are absent or nothing differs.
    package init?(before: KubeObject?, after: KubeObject?) { return nil }
}
