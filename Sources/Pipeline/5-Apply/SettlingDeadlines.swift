// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Until when a pass waits for things that end by themselves: a namespace that is being deleted, a kind that is not served
/// yet. All steps that wait for the same thing share one deadline, which starts when the first of them meets it, so a
/// thousand objects wait no longer than one.
final class SettlingDeadlines: Sendable {
    private let patience: Duration
    private let ends = Mutex<[String: ContinuousClock.Instant]>([:])

    init(patience: Duration) { self.patience = patience }

    /// When waiting for this thing ends.
    func end(of thing: String) -> ContinuousClock.Instant {
        ends.withLock { ends in
            if let end = ends[thing] { return end }
            let end = ContinuousClock.now + patience
            ends[thing] = end
            return end
        }
    }
}
