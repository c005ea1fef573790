// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A disk that takes nothing while it is said to be full; given to what asks before it commits.
package final class FillableDisk: Sendable {
    private let isFull = Mutex(false)
    private let refusal: any Error

    /// - Parameter refusal: What a full disk answers.
    package init(refusal: any Error) { self.refusal = refusal }

    package func fill(_ full: Bool) { isFull.withLock { $0 = full } }

    /// - Throws: The refusal while the disk is full.
    package func check() throws {
        guard isFull.withLock({ $0 }) else { return }
        throw refusal
    }
}
