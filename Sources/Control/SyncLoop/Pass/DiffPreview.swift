// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Processes
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import Waiting

/// Asks the API server, by dry-run, what a plan would make of each object.
package struct DiffPreview: Sendable {
    /// One object's difference.
    package struct Difference: Sendable {
        /// `configure Deployment.apps shop/web (infra/web.yaml:3)`, or `would be skipped: …` with the reason as note.
        package let title: String
        /// Masked; nil when an error or a note stands in its place.
        package let diff: DiffText?
        /// A note beside the diff, or instead of it; one line, without a line end. Masked, but for the paths of fields.
        package var note: String?
        /// Why the object could not be looked at, or why the server would refuse it; one line.
        package let error: String?
        /// Whether a sync would fail at this object, and so delete nothing.
        package var isRefused = false
    }

    /// Dry-runs in flight.
    private static let concurrency = 8

    private let client: KubeClient
    private let plan: Plan

    package init(client: KubeClient, plan: Plan) {
        self.client = client
        self.plan = plan
    }

    /// The differences in the plan's order: applied objects first, then drift that is only reported, then deleted ones.
    package func differences() async -> [Difference] {
        let steps = plan.steps
        let asked = await concurrently(steps, limit: DiffPreview.concurrency) { await difference(of: $0) }
        let applied = withoutBlocked(zip(steps, asked).map { ($0.id, $1) })
        let reported = await concurrently(plan.reportedDrift, limit: DiffPreview.concurrency) { step in
            // A sync does not apply this object, so a refusal of the dry-run does not matter.
            let difference = await difference(of: step)
            let note = "drift, which is only reported (drift: report): a sync leaves it"
            guard difference.error == nil else {
                return await masked(difference.title, note: note) { DiffPreview.foreseen(step, by: $0) }
            }
            return Difference(title: difference.title, diff: difference.diff, note: note, error: nil)
        }
        let refused = zip(steps, asked).first { $0.1?.isRefused == true }?.0.id
        let deleted = await deletions(refused: refused)
        return applied + reported.compactMap { $0 } + deleted
    }

    /// The differences of the steps in their order, and in place of those that a sync would skip, because it would fail
    /// at another one before, a note with the reason.
    private func withoutBlocked(_ asked: [(ObjectID, Difference?)]) -> [Difference] {
        let differences = Dictionary(asked) { first, _ in first }
        var blockers = StepBlockers()
        var told: [Difference] = []
        for wave in plan.waves {
            blockers.closeGate(before: wave)
            let reasons = wave.steps.map { blockers.blocker(of: $0, in: wave) }
            for (step, reason) in zip(wave.steps, reasons) {
                let difference = differences[step.id] ?? nil
                if let reason {
                    blockers.block(dependantsOf: step.id, because: "it would be skipped")
                    let title = "would be skipped: \(step.id) (\(step.origin))"
                    told.append(Difference(title: title, diff: nil, note: shown(reason), error: nil))
                } else if let difference {
                    if difference.isRefused { blockers.block(dependantsOf: step.id, because: "it would fail") }
                    told.append(difference)
                }
            }
        }
        return told
    }

    /// What is deleted; while `refused` cannot be applied, what is not, and why.
    private func deletions(refused: ObjectID?) async -> [Difference] {
        guard plan.prune.verdict.mayRun else { return [] }
        var deleted: [Difference] = []
        for step in plan.prune.steps {
            if let refused {
                let reason = shown(UndoneStep.reasonToKeepAll(refused: refused))
                deleted.append(
                    Difference(title: "would not be deleted: \(step.id)", diff: nil, note: reason, error: nil)
                )
            } else {
                deleted.append(
                    await masked("delete \(step.id)") { DiffText(before: step.live, after: nil, by: $0) }
                )
            }
        }
        return deleted
    }

    /// Every object that a sync would write is listed, even if no visible field would change.
    private func difference(of step: Step) async -> Difference {
        let title = "\(step.live == nil ? "create" : "configure") \(step.id) (\(step.origin))"
        do throws(KubeError) {
            // Where the server cannot answer, the differences that planning found are shown.
            guard let after = try await step.foreseen(by: client) else {
                return await masked(title) { DiffPreview.foreseen(step, by: $0) }
            }
            return await difference(title, of: step, after: after)
        } catch {
            if step.brings(whatIsMissing: error) {
                return await masked(title) { DiffPreview.foreseen(step, by: $0) }
            }
            guard let recreation = await step.recreation(after: error, by: client) else {
                let fails = error.isVerdict || [.namespaceTerminating, .webhookFailed].contains(error.reason)
                return Difference(title: title, diff: nil, error: step.line(of: error), isRefused: fails)
            }
            return await difference(of: step, recreation)
        }
    }

    private func difference(_ title: String, of step: Step, after: KubeObject) async -> Difference {
        let difference = await masked(title) { DiffText(before: step.live, after: after, by: $0) }
        guard difference.error == nil else { return difference }
        var notes = difference.diff == nil ? [DiffPreview.note(on: step)] : []
        // ``DiffText`` leaves it out, because it repeats the whole object.
        if step.live?.annotation(WireName.lastApplied) != nil, after.annotation(WireName.lastApplied) == nil {
            notes.append("also removes kubectl's last-applied-configuration")
        }
        return Difference(
            title: title,
            diff: difference.diff,
            note: notes.isEmpty ? nil : notes.joined(separator: "; "),
            error: nil
        )
    }

    private func difference(of step: Step, _ recreation: Recreation) async -> Difference {
        let title = "delete and create again \(step.id) (\(step.origin))"
        switch recreation {
        case .created(let after): return await difference(title, of: step, after: after)
        case .unknown(let reason):
            let note = shown("shown without what the API server fills in: \(reason)")
            return await masked(title, note: note) { DiffPreview.declared(step, by: $0) }
        case .refused(let line): return Difference(title: title, diff: nil, error: line, isRefused: true)
        case .unanswered(let line): return Difference(title: title, diff: nil, error: line)
        }
    }

    /// Text from outside, and reasons, as a note.
    private func shown(_ text: String) -> String { client.redactor.shown(text).text }

    /// Why an apply that changes no value is sent.
    private static func note(on step: Step) -> String {
        func named(_ differences: [FieldDifference], _ words: String) -> String? {
            guard !differences.isEmpty else { return nil }
            let paths = differences.prefix(3).map { FieldChange($0, of: step.id.groupKind).path }
            return "\(words) \(paths.joined(separator: ", "))\(differences.count > 3 ? " and others" : "")"
        }
        let parts = [
            named(step.differences.filter { $0.after != nil }, "declares"),
            named(step.differences.filter { $0.after == nil && !$0.isTakenAway }, "no longer declares"),
            named(step.differences.filter(\.isTakenAway), "does not declare"),
        ]
        return "\(FieldChange.noValueChanges) that git \(parts.compactMap { $0 }.joined(separator: " and "))"
    }

    /// A difference whose text is made on the masking thread; with an error where there is no thread for it.
    private func masked(
        _ title: String,
        note: String? = nil,
        _ work: @escaping @Sendable (Redactor) -> DiffText?
    ) async -> Difference {
        let redactor = client.redactor
        do throws(ThreadFailure) {
            return Difference(title: title, diff: try await onMaskingThread { work(redactor) }, note: note, error: nil)
        } catch {
            return Difference(title: title, diff: nil, note: note, error: error.description)
        }
    }

    /// The live object with the declared values in place of those that differ. For a new object, and where more differs
    /// than is listed, what the manifest says. Compares whole objects: for the masking thread.
    private static func foreseen(_ step: Step, by redactor: Redactor) -> DiffText? {
        guard let live = step.live, step.differences.count <= FieldChange.maxListed else {
            return declared(step, by: redactor)
        }
        return DiffText(before: live, after: step.differences.reduce(live) { $1.applied(to: $0) }, by: redactor)
    }

    /// What the manifest itself says, where the server cannot answer; for the masking thread.
    private static func declared(_ step: Step, by redactor: Redactor) -> DiffText? {
        DiffText(before: step.live, after: step.object, by: redactor)
    }
}
