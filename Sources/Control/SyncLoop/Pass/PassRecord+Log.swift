// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeObjects
import Logging
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncSource

/// What a pass logs.
extension PassRecord {
    /// One line about a branch that was forced to another commit; nil when it only went on.
    func rewriting(_ prepared: PreparedPass) -> String? {
        guard let step = prepared.step, !step.relation.isFastForward else { return nil }
        let commit = prepared.plan.commit
        let what = step.relation == .rewound ? "was set back" : "was rewritten"
        var text = "branch \(commit.ref) \(what) from \(step.previous.prefix(8)) to \(commit.shortID), and is followed"
        if step.relation == .lost { text += "; a new clone of it no longer has \(step.previous.prefix(8))" }
        if case .semver(let range) = project.source.ref {
            text =
                "the version tag of \(step.previous.prefix(8)) is gone; \(commit.ref) (\(commit.shortID)), the newest of"
                + " \(range) now, is older and is followed, but nothing that it does not declare is deleted without approval"
        }
        logger.warning(
            "not a fast-forward",
            metadata: [
                "sync.project": "\(project.name)", "sync.revision": "\(commit.revision)",
                "sync.previous": "\(step.previous)", "sync.relation": "\(step.relation.rawValue)",
            ]
        )
        return text
    }

    /// One line for the run, and one for each object that failed or is not healthy, up to a bound.
    func log(_ run: SyncRun, _ result: PassOutcome.PlanResult, _ health: HealthReport) {
        for object in result.objects.filter({ $0.action == .failed }).prefix(20) {
            logger.warning(
                "failed",
                metadata: ["sync.project": "\(run.project)", "sync.error": "\(object.error ?? "")"]
            )
        }
        for object in health.unhealthy.prefix(20) {
            let text = redactor.line("\(object.id): \(object.status.rawValue): \(object.message)")
            logger.warning("not healthy", metadata: ["sync.project": "\(run.project)", "sync.error": "\(text)"])
        }
        if let hold = result.hold {
            let text = hold.reasons.joined(separator: "; ")
            logger.warning(
                "held",
                metadata: [
                    "sync.project": "\(run.project)", "sync.hash": "\(PruneHold.approvalHash(hold.hash))",
                    "sync.reason": "\(text)",
                ]
            )
        }
        logger.log(
            level: run.outcome == .succeeded ? .info : .warning,
            "synced",
            metadata: [
                "sync.project": "\(run.project)", "sync.run": "\(run.id)", "sync.revision": "\(run.revision)",
                "sync.trigger": "\(run.trigger.rawValue)", "sync.outcome": "\(run.outcome.rawValue)",
                "sync.created": "\(run.counts.created)", "sync.configured": "\(run.counts.configured)",
                "sync.unchanged": "\(run.counts.unchanged)", "sync.pruned": "\(run.counts.pruned)",
                "sync.failed": "\(run.counts.failed)",
            ]
        )
    }

    /// Logs where the audit chain ends now. When the log is kept elsewhere, that line is the anchor by which a
    /// truncated or forged history is found (`sternpost verify --anchor`).
    func publishHead(_ message: Logger.Message, of run: Int64) async {
        await logger.publishHead(message, of: history, run: run, project: project.name)
    }
}

extension Logger {
    /// Writes a line with the end of a history's audit chain: `ROW:HASH`.
    func publishHead(_ message: Logger.Message, of history: History, run: Int64, project: String) async {
        do {
            let head = try await history.head()
            info(
                message,
                metadata: [
                    "sync.project": "\(project)", "sync.run": "\(run)", "sync.head": "\(head.sequence):\(head.hash)",
                ]
            )
        } catch {
            self.error("the history cannot be read", metadata: ["sync.error": "\(error)"])
        }
    }
}
