// SPDX-License-Identifier: Apache-2.0

/// A run that was begun: its number, and the project it belongs to.
package struct RunID: Sendable, Hashable {
    /// What `sternpost show` takes.
    package let number: Int64
    package let project: String
}
