// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncPlan
import SyncRecord

/// Asks the API server, by dry-run, what a plan would make of each object.
package struct DiffPreview: Sendable {
    /// One object's difference.
    package struct Difference: Sendable {
        /// `configure Deployment.apps shop/web (infra/web.yaml:3)`.
        package let title: String
        /// Masked; nil when an error or a note stands in its place.
        package let diff: DiffText?
        /// What there is to tell beside the diff, or instead of it; one line, without an end.
        package var note: String?
        /// Why the server would refuse the object; one line.
        package let error: String?
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
            // A sync sends nothing, so what the server would say against it is no news.
            let difference = await difference(of: step)
            return Difference(
                title: difference.title,
                diff: difference.error == nil ? difference.diff : await foreseen(step),
                note: "drift, which is only reported (drift: report): a sync leaves it",
                error: nil
            )
        }
        var deleted: [Difference] = []
        switch plan.prune.verdict {
        case .disabled, .blocked: break
        case .allowed, .held:
            for step in plan.prune.steps {
                let diff = await onMaskingThread { DiffText(before: step.live, after: nil) }
                deleted.append(Difference(title: "delete \(step.id)", diff: diff, error: nil))
            }
        }
        return (applied + reported).compactMap { $0 } + deleted
    }

    /// Nothing is left out that a sync would write: also where no field would change that is shown.
    private func difference(of step: Step) async -> Difference {
        let title = "\(step.live == nil ? "create" : "configure") \(step.id) (\(step.origin))"
        do throws(KubeError) {
            let answer = try await client.apply(
                step.object,
                to: step.resource,
                fieldManager: FieldManager.main,
                force: step.mayForce(onto: step.live?.uid),
                dryRun: true
            )
            let after = try await step.foreseen(answer.object, by: client)
            let diff = await onMaskingThread { DiffText(before: step.live, after: after) }
            return Difference(
                title: title,
                diff: diff,
                note: diff == nil ? DiffPreview.note(on: step) : nil,
                error: nil
            )
        } catch {
            // Its namespace or its kind's definition comes with the same commit, so the server cannot know yet.
            if error.reason == .notFound, !step.dependsOn.isEmpty {
                return Difference(title: title, diff: await declared(step, against: nil), error: nil)
            }
            if error.reason == .immutableField, step.mayRecreate {
                return Difference(
                    title: "delete and create again \(step.id) (\(step.origin))",
                    diff: await declared(step, against: step.live),
                    error: nil
                )
            }
            // The server cannot dry-run it (a webhook with side effects), or not together with what a sync does before it:
            // the differences that were found are the best answer.
            if error.reason == .dryRunUnsupported || step.clearsTheWay(of: error) {
                return Difference(title: title, diff: await foreseen(step), error: nil)
            }
            return Difference(title: title, diff: nil, error: step.line(of: error))
        }
    }

    /// What an apply that changes no value is for.
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
        let text = "no value changes; the apply records that git \(parts.compactMap { $0 }.joined(separator: " and "))"
        return Redactor.shared.redact(text.singleLine)
    }

    /// The live object with what differs settled; of a new object, and where more differs than a person would read, what the
    /// manifest says.
    private func foreseen(_ step: Step) async -> DiffText? {
        guard let live = step.live, step.differences.count <= FieldChange.maxListed else {
            return await declared(step, against: step.live)
        }
        return await onMaskingThread {
            DiffText(before: live, after: step.differences.reduce(live) { $1.settled(in: $0) })
        }
    }

    /// What the manifest itself says, where the server cannot tell.
    private func declared(_ step: Step, against live: KubeObject?) async -> DiffText? {
        await onMaskingThread { DiffText(before: live, after: step.object) }
    }
}
