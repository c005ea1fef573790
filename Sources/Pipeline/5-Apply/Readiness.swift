// SPDX-License-Identifier: Apache-2.0

/// Whether an applied object is ready for what comes after it.
package enum Readiness: Sendable, Hashable {
    case ready
    /// May still become ready; the text says what is missing.
    case waiting(String)
    /// Will not become ready without a person's help.
    case failed(String)
}
