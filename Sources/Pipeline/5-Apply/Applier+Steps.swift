// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import SyncSource

/// Carrying out steps that do not depend on each other: intents run a little ahead of the writes, outcomes follow them
/// in batches, and neither delays the writes. No write starts before its intent is durable.
extension Applier {
    func carryOut(_ steps: [Step], _ context: StepContext, _ run: inout ApplyRun) async {
        var progress = StepProgress(steps: steps)
        await withTaskGroup(of: StepProgress.Event.self) { group in
            repeat {
                if run.interruption == nil, Task.isCancelled || progress.wantsIntents,
                    let reason = await reasonToStop()
                {
                    run.interrupt(reason)
                }
                if let reason = run.interruption { progress.stop(because: reason) }
                if let next = progress.nextIntents() {
                    let commit = run.plan.commit
                    group.addTask { .intended(next, await self.begin(steps[next], commit)) }
                }
                while let index = progress.nextWrite(limit: limit) {
                    group.addTask {
                        let result = await StepRunner(applier: self, step: steps[index], context: context).run()
                        CrashPoint.reach(.afterApply)
                        return .written(index, result)
                    }
                }
                if let batch = progress.nextOutcomes() {
                    group.addTask { .concluded(batch.steps, await self.end(batch)) }
                }
                guard let event = await group.next() else { return }
                take(event, of: steps, &progress, &run)
            } while true
        }
    }

    private func take(
        _ event: StepProgress.Event,
        of steps: [Step],
        _ progress: inout StepProgress,
        _ run: inout ApplyRun
    ) {
        switch event {
        case .intended(let range, .success(let rows)): progress.intended(range, rows)
        case .intended(let range, .failure(let failure)):
            progress.intended(range, [])
            run.loseJournal(failure.description)
        case .written(let index, let result):
            progress.written(index, result)
            if let reason = result.interruption {
                if result.isJournalLost { run.loseJournal(reason) } else { run.interrupt(reason) }
            }
            run.record(result.outcome, of: steps[index], isUnclear: result.isUnclear)
        case .concluded(let indices, nil): run.wasRecorded(indices.map { steps[$0] })
        case .concluded(_, let failure?): run.loseJournal(failure.description)
        }
    }

    private func begin(_ steps: ArraySlice<Step>, _ commit: CommitInfo) async -> Result<[Int64], JournalFailure> {
        let intents = steps.map { MutationIntent(id: $0.id, verb: .apply, reason: $0.reason(commit: commit)) }
        let rows: Result<[Int64], JournalFailure>
        do throws(JournalFailure) { rows = .success(try await JournaledWrite(intents, in: journal).begin()) } catch {
            rows = .failure(error)
        }
        CrashPoint.reach(.afterIntent)
        return rows
    }

    /// Nil when all outcomes are in the journal; else why not.
    private func end(_ batch: StepProgress.Outcomes) async -> JournalFailure? {
        CrashPoint.reach(.beforeOutcome)
        do throws(JournalFailure) {
            try await JournaledWrite.end(batch.results, objects: batch.objects, in: journal)
            return nil
        } catch {
            return error
        }
    }
}

extension Step {
    /// Why the step is taken, for the journal: the commit is named as the cause only where no other manager
    /// has written since.
    fileprivate func reason(commit: CommitInfo) -> String {
        let title = "\(action.rawValue), \(cause.rawValue)"
        let by = "commit \(commit.shortID) by \(commit.authorName)"
        // What is taken away stands in `removalText`.
        let news = differences.prefix(newsCount).filter { !$0.isTakenAway }[...]
        switch cause {
        case .drift:
            return "\(title)\(named(news)): set back to commit \(commit.shortID)\(removalText)"
        case .deleted:
            return "\(title): it was gone; created again from \(by)"
        case .missing, .commit, .adoption:
            let foreign = news.filter(\.isForeign)[...]
            let own = news.filter { !$0.isForeign }[...]
            let taken = foreign.isEmpty || own.isEmpty ? "" : "; besides\(named(foreign))"
            return "\(title)\(named(own.isEmpty ? foreign : own)): \(by)\(taken)\(removalText)"
        }
    }

    private func named(_ differences: ArraySlice<FieldDifference>) -> String {
        guard let first = differences.first else { return "" }
        let more = differences.count > 1 ? " and \(differences.count - 1) more" : ""
        let taken = first.owner.map { " (taken from \($0))" } ?? ""
        return ", \(first.shownPath(of: id.groupKind))\(taken)\(more)"
    }
}
