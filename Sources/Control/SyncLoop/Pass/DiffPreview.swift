// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncPlan
import SyncRecord
import Waiting

/// Asks the API server, by dry-run, what a plan would make of each object.
package struct DiffPreview: Sendable {
    /// One object's difference.
    package struct Difference: Sendable {
        /// `configure Deployment.apps shop/web (infra/web.yaml:3)`.
        package let title: String
        /// Masked; nil when an error or a note stands in its place.
        package let diff: DiffText?
        /// A note beside the diff, or instead of it; one line, without a line end.
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
        let steps = plan.waves.flatMap(\.steps)
        let applied = await concurrently(steps, limit: DiffPreview.concurrency) { await difference(of: $0) }
        let reported = await concurrently(plan.reportedDrift, limit: DiffPreview.concurrency) { step in
            // A sync does not apply this object, so a refusal of the dry-run does not matter.
            let difference = await difference(of: step)
            return Difference(
                title: difference.title,
                diff: difference.error == nil ? difference.diff : await foreseen(step),
                note: "drift, which is only reported (drift: report): a sync leaves it",
                error: nil
            )
        }
        let refused = zip(steps, applied).first { $0.1?.isRefused == true }?.0.id
        let deleted = await deletions(refused: refused)
        return (applied + reported).compactMap { $0 } + deleted
    }

    /// What is deleted; while `refused` cannot be applied, what is not, and why.
    private func deletions(refused: ObjectID?) async -> [Difference] {
        guard plan.prune.verdict.mayRun else { return [] }
        var deleted: [Difference] = []
        for step in plan.prune.steps {
            if let refused {
                let reason = UndoneStep.reasonToKeepAll(refused: refused)
                deleted.append(Difference(title: "would stay for now: \(step.id)", diff: nil, note: reason, error: nil))
            } else {
                let diff = await onMaskingThread { [client] in
                    DiffText(before: step.live, after: nil, by: client.redactor)
                }
                deleted.append(Difference(title: "delete \(step.id)", diff: diff, error: nil))
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
                return Difference(title: title, diff: await foreseen(step), error: nil)
            }
            return await difference(title, of: step, after: after)
        } catch {
            // Its namespace or its kind's definition comes with the same commit, so the server cannot know yet.
            if error.reason == .notFound, !step.dependsOn.isEmpty {
                return Difference(title: title, diff: await foreseen(step), error: nil)
            }
            guard let recreation = await step.recreation(after: error, by: client) else {
                let fails = error.isVerdict || [.namespaceTerminating, .webhookFailed].contains(error.reason)
                return Difference(title: title, diff: nil, error: step.line(of: error), isRefused: fails)
            }
            return await difference(of: step, recreation)
        }
    }

    private func difference(_ title: String, of step: Step, after: KubeObject) async -> Difference {
        let diff = await onMaskingThread { [client] in DiffText(before: step.live, after: after, by: client.redactor) }
        var notes = diff == nil ? [DiffPreview.note(on: step)] : []
        // ``DiffText`` leaves it out, because it repeats the whole object.
        if step.live?.annotation(WireName.lastApplied) != nil, after.annotation(WireName.lastApplied) == nil {
            notes.append("also removes kubectl's last-applied-configuration")
        }
        return Difference(
            title: title,
            diff: diff,
            note: notes.isEmpty ? nil : notes.joined(separator: "; "),
            error: nil
        )
    }

    private func difference(of step: Step, _ recreation: Recreation) async -> Difference {
        let title = "delete and create again \(step.id) (\(step.origin))"
        switch recreation {
        case .created(let after): return await difference(title, of: step, after: after)
        case .unknown(let reason):
            return Difference(
                title: title,
                diff: await declared(step, against: step.live),
                note: "shown without what the API server fills in: \(reason)",
                error: nil
            )
        case .refused(let line): return Difference(title: title, diff: nil, error: line, isRefused: true)
        case .unanswered(let line): return Difference(title: title, diff: nil, error: line)
        }
    }

    /// Why an apply that changes no value is sent.
    private static func note(on step: Step) -> String {
        func named(_ differences: [FieldDifference], _ words: String) -> String? {
            guard !differences.isEmpty else { return nil }
            let paths = differences.prefix(3).map { FieldChange($0, of: step.id.groupKind).path }
            return "\(words) \(paths.joined(separator: ", "))\(differences.count > 3 ? " and others" : "")"
        }
        let parts = [
            named(step.differences.filter { $0.after != nil }, "declares"),
            named(step.differences.filter { $0.after == nil }, "no longer declares"),
        ]
        return "no value changes; the apply records that git \(parts.compactMap { $0 }.joined(separator: " and "))"
    }

    /// The live object with the declared values in place of those that differ. For a new object, and where more differs
    /// than is listed, what the manifest says.
    private func foreseen(_ step: Step) async -> DiffText? {
        guard let live = step.live, step.differences.count <= FieldChange.maxListed else {
            return await declared(step, against: step.live)
        }
        return await onMaskingThread { [client] in
            DiffText(before: live, after: step.differences.reduce(live) { $1.applied(to: $0) }, by: client.redactor)
        }
    }

    /// What the manifest itself says, where the server cannot answer.
    private func declared(_ step: Step, against live: KubeObject?) async -> DiffText? {
        await onMaskingThread { [client] in DiffText(before: live, after: step.object, by: client.redactor) }
    }
}
