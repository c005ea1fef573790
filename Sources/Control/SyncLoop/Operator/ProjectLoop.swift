// SPDX-License-Identifier: Apache-2.0
import KubeClient
import Logging
import SyncApply
import SyncImages
import SyncLook
import SyncRecord
import SyncSource

/// Keeps one project in step: polls its ref, makes a pass when something may have changed, backs off when passes fail; and
/// beside that, follows its images.
package struct ProjectLoop: Sendable {
    private let reconciler: ProjectReconciler
    private let follower: ImageFollower?
    private let board: StatusBoard
    private let logger: Logger

    /// - Parameters:
    ///   - reconciler: Makes the passes.
    ///   - follower: Rolls out the project's workloads beside the passes; nil when its images are not followed.
    ///   - board: Shows how each pass ended.
    ///   - logger: Logs how each pass ended.
    package init(
        reconciler: ProjectReconciler,
        follower: ImageFollower? = nil,
        board: StatusBoard,
        logger: Logger
    ) {
        self.reconciler = reconciler
        self.follower = follower
        self.board = board
        self.logger = logger
    }

    /// Runs until the task is cancelled, and follows the cluster by watches meanwhile.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            if let mirror = reconciler.preparer.mirror {
                await mirror.begin()
                group.addTask { await mirror.run() }
            }
            if let follower { group.addTask { await follower.run() } }
            await makePasses()
            group.cancelAll()
        }
    }

    private func makePasses() async {
        let interval = reconciler.project.interval
        let clock = ContinuousClock()
        var delay = PassDelay()
        var failedCommit: String?
        var seenApproval: String?
        var trigger = RunTrigger.start
        while !Task.isCancelled {
            let began = clock.now
            if let reason = await reasonToRest() {
                await board.resting(reconciler.project.name, because: reason)
            } else if delay.isDue(at: clock.now) {
                let outcome = await pass(trigger)
                delay.passed(outcome, at: clock.now, interval: interval, freeBytes: reconciler.history.freeBytes)
                failedCommit = outcome.commit?.id
                trigger = .commit
            } else if delay.hasRoom(reconciler.history.freeBytes) {
                delay.end()
                continue
            } else if await hasMoved(from: failedCommit, &seenApproval) {
                delay.end()
                continue
            }
            do { try await clock.sleep(until: began.advanced(by: interval), tolerance: .milliseconds(50)) } catch {
                return
            }
        }
    }

    private func pass(_ trigger: RunTrigger) async -> PassOutcome {
        let outcome = await reconciler.pass(trigger) { await reconciler.isSuperseded($0) }
        await board.passed(reconciler.project.name, outcome)
        logger.debug(
            outcome.isResting ? "nothing has changed" : "passed",
            metadata: [
                "sync.project": "\(reconciler.project.name)", "sync.outcome": "\(outcome.outcome.rawValue)",
                "sync.duration": "\(outcome.duration)",
                "kube.requests": "\(reconciler.preparer.cluster.client.statistics.requests)",
            ]
        )
        return outcome
    }

    /// Whether a person approved something new or the ref points elsewhere: reasons not to wait for the back-off.
    private func hasMoved(from commit: String?, _ seenApproval: inout String?) async -> Bool {
        do {
            // An approval that could not be read for a moment does not count as new when it is seen again.
            if let approval = try await reconciler.state().approval?.hash, approval != seenApproval {
                seenApproval = approval
                return true
            }
            return try await reconciler.poll().commitID != commit && commit != nil
        } catch {
            return false
        }
    }

    /// Why no pass is made now; nil when one is due.
    private func reasonToRest() async -> StatusBoard.Rest? {
        if reconciler.project.isSuspended { return .suspended }
        do {
            if try await reconciler.state().suspension != nil { return .suspended }
        } catch {
            logger.error("the history cannot be read", metadata: ["sync.error": "\(error)"])
            return .unable("the history cannot be read: \(error)")
        }
        do {
            try await reconciler.history.requireReserve()
            return nil
        } catch {
            logger.error("the history cannot be written", metadata: ["sync.error": "\(error)"])
            return .unable("the history cannot be written: \(error)")
        }
    }
}

extension PassOutcome {
    /// Whether the loop should try less often until something changes: the source, the cluster or the inventory was not
    /// available, so the pass could do nothing. Objects that failed or are not healthy do not count: each has a back-off of
    /// its own (``StepBackoff``), and the others are healed at every poll. The history does not count either: nobody else
    /// is spared by asking this disk less often.
    var needsRetry: Bool { outcome == .failed && failure?.stage != .history }
}
