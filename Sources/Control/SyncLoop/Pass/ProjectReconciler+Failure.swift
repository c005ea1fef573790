// SPDX-License-Identifier: Apache-2.0
import Logging
import SyncRecord
import SyncRender
import SyncSource

extension ProjectReconciler {
    /// Records a pass that could not plan. The same failure again is logged but not recorded twice.
    func failed(_ failure: PassFailure, trigger: RunTrigger, duration: Duration) async -> PassOutcome {
        let isNew = failure != lastFailure || settings.recordsQuietPasses
        lastFailure = failure
        logger.warning(
            "sync failed",
            metadata: [
                "sync.project": "\(project.name)", "sync.stage": "\(failure.stage.rawValue)",
                "sync.error": "\(failure.message)",
            ]
        )
        var run: SyncRun?
        let needsRow = failure.stage != .history && failure.stage != .suspended
        if isNew, needsRow { run = await record(failure, trigger: trigger) }
        return PassOutcome(outcome: .failed, run: run, commit: nil, failure: failure, duration: duration)
    }

    private func record(_ failure: PassFailure, trigger: RunTrigger) async -> SyncRun? {
        do {
            let run = try await history.begin(project: project.name, trigger: trigger)
            try await history.record(message: failure.message, of: run)
            let row = try await history.finish(run, outcome: .failed, counts: RunCounts(), message: failure.message)
            await publishHead("sync recorded", of: row.id)
            return row
        } catch {
            logger.error("the history cannot be written", metadata: ["sync.error": "\(error)"])
            return nil
        }
    }

    /// Records a commit that does not render: every problem of it.
    func failed(render failure: RenderFailure, trigger: RunTrigger, duration: Duration) async -> PassOutcome {
        let count = failure.count
        let summary =
            "\(count) problem\(count == 1 ? "" : "s") in \(failure.commit.shortID): "
            + failure.problems.prefix(1).map(\.description).joined()
        let pass = PassFailure(stage: .render, message: summary, isRetryable: false)
        let isNew = pass != lastFailure || settings.recordsQuietPasses
        lastFailure = pass
        logger.warning(
            "the commit does not render",
            metadata: ["sync.project": "\(project.name)", "sync.error": "\(summary)"]
        )
        var row: SyncRun?
        if isNew {
            do {
                let run = try await history.begin(project: project.name, trigger: trigger)
                try await history.identify(run, commit: failure.commit, treeID: "")
                try await history.record(failure.problems, of: run)
                let finished = try await history.finish(run, outcome: .failed, counts: RunCounts(), message: nil)
                await publishHead("sync recorded", of: finished.id)
                row = finished
            } catch {
                logger.error("the history cannot be written", metadata: ["sync.error": "\(error)"])
            }
        }
        return PassOutcome(
            outcome: .failed,
            run: row,
            commit: failure.commit,
            problems: failure.problems,
            failure: pass,
            duration: duration
        )
    }
}
