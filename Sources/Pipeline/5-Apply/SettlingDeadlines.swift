// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Until when a pass waits for things that end by themselves: a namespace that is being deleted, a kind that is not served
/// yet. All steps that wait for the same thing share one deadline, which starts when the first of them meets it, so a
/// thousand objects wait no longer than one.
final class SettlingDeadlines: Sendable {
    private let patience: Duration
    private let budget: HealthBudget
    private let ends = Mutex<[String: ContinuousClock.Instant]>([:])

    /// - Parameters:
    ///   - patience: How long to wait for one thing.
    ///   - budget: What is left of it when the first step meets the thing bounds that wait.
    init(patience: Duration, within budget: HealthBudget = HealthBudget(.zero)) {
        self.patience = patience
        self.budget = budget
    }

    /// When waiting for this thing ends.
    func end(of thing: String) -> ContinuousClock.Instant {
        ends.withLock { ends in
            if let end = ends[thing] { return end }
            let end = ContinuousClock.now + budget.bound(patience)
            ends[thing] = end
            return end
        }
    }
}
