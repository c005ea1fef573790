// SPDX-License-Identifier: Apache-2.0

/// The newest audit row: kept elsewhere, it shows later whether the end was removed.
package struct ChainHead: Sendable, Hashable, Codable {
    /// The number of rows, which is also the newest row's sequence; 0 for an empty history.
    package let sequence: Int64
    /// SHA-256, hexadecimal.
    package let hash: String

    package init(sequence: Int64, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// What recomputing the audit chain found.
package enum VerifyResult: Sendable, Hashable {
    case intact(ChainHead)
    /// The first row at which the history is not as it was written, and how it differs.
    case broken(row: Int64, reason: String)
}
