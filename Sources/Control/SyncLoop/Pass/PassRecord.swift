// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Logging
import PlainText
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// Records a project's passes in the history, and logs them.
struct PassRecord: Sendable {
    let history: History
    let project: Project
    /// Knows the Secrets of the project's cluster.
    let redactor: Redactor
    let logger: Logger

    /// Begins the run of a pass that has a plan and began `elapsed` ago, and records what it is about.
    ///
    /// - Returns: Its run, and one line about a branch that was forced to another commit, when it was.
    func begin(
        _ prepared: PreparedPass,
        trigger: RunTrigger,
        after elapsed: Duration
    ) async throws(RecordError) -> (run: RunID, rewriting: String?) {
        let run = try await history.begin(project: project.name, trigger: trigger, after: elapsed)
        do throws(RecordError) {
            return (run, try await introduce(prepared, as: run))
        } catch {
            // Its end is written, now or with the next beginning, and tells what is missing.
            let failure = PassFailure(stage: .history, message: "\(error)", isRetryable: true)
            await part { () async throws(RecordError) in _ = try await end(run, as: failure) }
            throw error
        }
    }

    /// Records what a run is about; returns one line about a branch that was forced to another commit.
    private func introduce(_ prepared: PreparedPass, as run: RunID) async throws(RecordError) -> String? {
        try await history.identify(
            run,
            commit: prepared.plan.commit,
            treeID: prepared.rendered.treeID,
            step: prepared.step
        )
        await publishHead("sync began", of: run.number)
        let rewriting = rewriting(prepared)
        if let rewriting { try await history.record(message: rewriting, of: run) }
        if let lost = prepared.lostInventory {
            logger.warning(
                "the inventory was lost",
                metadata: ["sync.project": "\(project.name)", "sync.reason": "\(lost)"]
            )
            try await history.record(message: lost, of: run)
        }
        try await history.record(prepared.rendered.notices, of: run)
        return rewriting
    }

    /// Ends a run that planned and may not write.
    func refused(_ failure: PassFailure, _ run: RunID) async throws(RecordError) -> SyncRun {
        let row = try await end(run, as: failure)
        logger.warning(
            "sync failed",
            metadata: ["sync.project": "\(project.name)", "sync.error": "\(failure.message)"]
        )
        return row
    }

    /// Ends a run that planned and was stopped before it wrote anything.
    func stopped(_ run: RunID) async throws(RecordError) -> SyncRun {
        let message = PassOutcome.stoppedBeforeAnyChange
        await part { () async throws(RecordError) in try await history.record(message: message, of: run) }
        let row = try await history.finish(run, outcome: .interrupted, counts: RunCounts(), message: message)
        await publishHead("sync recorded", of: row.id)
        return row
    }

    /// What the history has of a pass without a plan.
    enum FailureRow {
        /// Nothing: it is no news.
        case none
        case written(SyncRun)
        /// Nothing, because it cannot be written.
        case unwritten(RecordError)

        var run: SyncRun? {
            if case .written(let run) = self { run } else { nil }
        }

        /// Why it is not in the history, one line; nil unless it ought to be.
        var loss: String? {
            if case .unwritten(let error) = self { "the history could not be written: \(error)" } else { nil }
        }
    }

    /// Logs a pass that could not plan, and writes it down when that is news.
    func failed(
        _ failure: PassFailure,
        trigger: RunTrigger,
        after elapsed: Duration,
        isNews: Bool
    ) async -> FailureRow {
        logger.warning(
            "sync failed",
            metadata: [
                "sync.project": "\(project.name)", "sync.stage": "\(failure.stage.rawValue)",
                "sync.error": "\(failure.message)",
            ]
        )
        guard isNews, failure.stage != .history, failure.stage != .suspended else { return .none }
        do throws(RecordError) {
            let run = try await history.begin(project: project.name, trigger: trigger, after: elapsed)
            return .written(try await end(run, as: failure))
        } catch {
            return unwritten(error)
        }
    }

    /// Logs a commit that does not render, and writes every problem of it down when that is news.
    func failed(
        _ failure: RenderFailure,
        as pass: PassFailure,
        trigger: RunTrigger,
        after elapsed: Duration,
        isNews: Bool
    ) async -> FailureRow {
        logger.warning(
            "the commit does not render",
            metadata: ["sync.project": "\(project.name)", "sync.error": "\(pass.message)"]
        )
        guard isNews else { return .none }
        do throws(RecordError) {
            let run = try await history.begin(project: project.name, trigger: trigger, after: elapsed)
            await part { () async throws(RecordError) in
                try await history.identify(run, commit: failure.commit, treeID: "")
            }
            await part { () async throws(RecordError) in try await history.record(failure.problems, of: run) }
            let row = try await history.finish(run, outcome: .failed, counts: RunCounts(), message: nil)
            await publishHead("sync recorded", of: row.id)
            return .written(row)
        } catch {
            return unwritten(error)
        }
    }

    /// Writes a part of a run. What is lost of it is told by the end, which it does not keep from being written.
    private func part(_ write: () async throws(RecordError) -> Void) async {
        do throws(RecordError) { try await write() } catch { _ = unwritten(error) }
    }

    private func end(_ run: RunID, as failure: PassFailure) async throws(RecordError) -> SyncRun {
        await part { () async throws(RecordError) in try await history.record(message: failure.message, of: run) }
        let row = try await history.finish(run, outcome: .failed, counts: RunCounts(), message: failure.message)
        await publishHead("sync recorded", of: row.id)
        return row
    }

    private func unwritten(_ error: RecordError) -> FailureRow {
        logger.error("the history cannot be written", metadata: ["sync.error": "\(error)"])
        return .unwritten(error)
    }
}

extension PassFailure {
    /// A commit that does not render, as a pass shows it in one line.
    init(_ failure: RenderFailure) {
        let count = failure.count
        self.init(
            stage: .render,
            message: "\(count.counted("problem")) in \(failure.commit.shortID): "
                + failure.problems.prefix(1).map(\.description).joined(),
            isRetryable: false
        )
    }
}
