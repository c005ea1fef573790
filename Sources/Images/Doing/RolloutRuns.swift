// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import SyncApply
import SyncPlan
import SyncRecord

/// The runs of image rollouts in the history: one for all workloads whose rollout begins in the same round. It ends
/// when the last of them has ended.
actor RolloutRuns {
    /// A rollout that has begun in this process.
    private struct Begun: Sendable {
        let changes: [ImageChange]
        let before: KubeObject
        let after: KubeObject
        let at: ContinuousClock.Instant
    }

    private struct Open: Sendable {
        let run: RunID
        var pending: Set<ObjectID> = []
        /// What has ended and is not in the history yet, the first to be written first.
        var unwritten: [ObjectOutcome] = []
        var outcomes: [ObjectOutcome] = []
        var stories: [String] = []

        /// Whether nothing is missing but its end.
        var isOver: Bool { pending.isEmpty && unwritten.isEmpty }

        /// What became of its workloads so far, whether written or not.
        var counts: RunCounts { RunCounts(of: outcomes + unwritten) }

        /// How it ends when it ends now.
        var ending: RunOutcome {
            guard pending.isEmpty else { return .interrupted }
            return counts.failed > 0 ? .degraded : .succeeded
        }

        /// What the list of runs says of it: how the first rollout ended, and how many more there were.
        var message: String? {
            stories.first.map { stories.count > 1 ? "\($0) (and \(stories.count - 1) more)" : $0 }
        }
    }

    private let history: History
    private let project: String
    private let onEnd: @Sendable (RunID) async -> Void
    private var open: [Open] = []
    private var begun: [ObjectID: Begun] = [:]

    /// - Parameters:
    ///   - history: Where the runs are written down.
    ///   - project: Whose runs.
    ///   - onEnd: Called when the end of a run is in the history.
    init(history: History, project: String, onEnd: @escaping @Sendable (RunID) async -> Void) {
        self.history = history
        self.project = project
        self.onEnd = onEnd
    }

    /// The workloads whose rollouts have not ended.
    var pending: Set<ObjectID> { open.reduce(into: []) { $0.formUnion($1.pending) } }

    /// The run to which a workload's rollout belongs; a new one for a rollout that began before this process started.
    func run(for workload: ObjectID, sharing shared: RunID? = nil) async throws(RecordError) -> RunID {
        if let known = open.first(where: { $0.pending.contains(workload) }) { return known.run }
        if let shared, let index = open.firstIndex(where: { $0.run.number == shared.number }) {
            open[index].pending.insert(workload)
            return shared
        }
        let run = try await history.begin(project: project, trigger: .image)
        open.append(Open(run: run, pending: [workload]))
        return run
    }

    /// Notes that a rollout was sent.
    func began(_ workload: FollowedWorkload, _ changes: [ImageChange], after: KubeObject) {
        begun[workload.id] = Begun(changes: changes, before: workload.object, after: after, at: .now)
    }

    /// Whether a workload's pod template is another one than the rollout made it; false for one that began in another process.
    func isChanged(_ workload: FollowedWorkload) -> Bool {
        guard let start = begun[workload.id], let path = PodTemplate.path(of: workload.id.groupKind) else {
            return false
        }
        return start.after.json[path] != workload.template
    }

    /// Records a line about a rollout in its run.
    func note(_ line: String, of workload: ObjectID) async throws(RecordError) {
        guard let run = open.first(where: { $0.pending.contains(workload) })?.run else { return }
        try await history.record(message: line, of: run)
    }

    /// Notes how a workload's rollout ended, and ends its run when it was the last. What cannot be written now is kept for
    /// ``settle()``. `now` is the workload at the end, where that is not as the rollout has made it.
    ///
    /// - Returns: How long the rollout took; nil when it began in another process.
    @discardableResult
    func ended(
        _ workload: ObjectID,
        apiVersion: String,
        _ changes: [ImageChange],
        story: String,
        error: String?,
        now: KubeObject? = nil
    ) async throws(RecordError) -> Duration? {
        guard let index = open.firstIndex(where: { $0.pending.contains(workload) }) else { return nil }
        let start = begun[workload]
        let shown = start?.changes ?? changes
        let duration = start.map { $0.at.duration(to: .now) }
        let outcome = ObjectOutcome(
            id: workload,
            apiVersion: apiVersion,
            action: error == nil ? .restarted : .failed,
            origin: nil,
            error: error,
            isRetryable: false,
            changes: shown.map(\.fieldChange),
            before: start?.before,
            after: start.map { now ?? $0.after },
            warnings: shown.compactMap(\.provenanceText),
            duration: duration ?? .zero
        )
        begun[workload] = nil
        open[index].unwritten.append(outcome)
        open[index].stories.append(story)
        open[index].pending.remove(workload)
        try await settle()
        return duration
    }

    /// Writes what had found no room: how rollouts ended, and the ends of the runs of which nothing is pending any more.
    func settle() async throws(RecordError) {
        for run in open.map(\.run) {
            while let outcome = open.first(where: { $0.run.number == run.number })?.unwritten.first {
                try await history.recordUntilWritten([outcome], of: run)
                guard let index = open.firstIndex(where: { $0.run.number == run.number }) else { break }
                open[index].unwritten.removeFirst()
                var kept = outcome
                kept.letGo()
                open[index].outcomes.append(kept)
            }
        }
        for run in open where run.isOver { try await finish(run) }
    }

    private func finish(_ run: Open) async throws(RecordError) {
        do throws(RecordError) {
            try await history.finish(run.run, outcome: run.ending, counts: run.counts, message: run.message)
        } catch {
            // Where the end had found no room, the beginning of another run may have written it meanwhile.
            guard error.reason == .unknownRun else { throw error }
        }
        open.removeAll { $0.run.number == run.run.number }
        await onEnd(run.run)
    }

    /// Ends the open runs when this process stops or loses the lease. The rollouts under way go on in the cluster, and the
    /// next holder of the lease takes them over; what has ended and finds no room even now is counted in its run.
    func abandon(_ reason: String) async {
        do throws(RecordError) { try await settle() } catch {
            // Tried once more below, run by run, where the history counts what is lost.
        }
        for run in open {
            do throws(RecordError) {
                if !run.unwritten.isEmpty { try await history.record(run.unwritten, of: run.run) }
                if !run.pending.isEmpty { try await history.record(message: reason, of: run.run) }
            } catch {
                // The end of the run says how many rows were lost and why.
            }
            do throws(RecordError) { try await finish(run) } catch {
                // The history keeps this end, and the next run of the project writes it.
                await onEnd(run.run)
            }
        }
        open = []
        begun = [:]
    }
}

extension ImageChange {
    /// The entry as the history shows it.
    fileprivate var fieldChange: FieldChange {
        FieldChange(
            path: ".image of \(container) (\(reference))",
            before: from.map { "\($0)" },
            after: "\(to)",
            takenFrom: nil
        )
    }

    /// What the image's annotations say about its build; nil when they say nothing.
    var provenanceText: String? {
        let parts = [
            ("by", provenance.authors), ("vendor", provenance.vendor), ("version", provenance.version),
            ("revision", provenance.revision), ("source", provenance.source), ("created", provenance.created),
        ].compactMap { word, value in value.map { "\(word) \($0)" } }
        return parts.isEmpty ? nil : "\(container): the image says it was made \(parts.joined(separator: ", "))"
    }
}
