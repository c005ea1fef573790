// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Ends work on a thread of its own whose result nobody wants any more: the cancellation of a task does not reach threads.
package final class StopRequest: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    /// Whether the work is to end.
    package var isMade: Bool { flag.load(ordering: .relaxed) }

    /// Asks the work to end soon; cannot be taken back.
    package func make() { flag.store(true, ordering: .relaxed) }
}
