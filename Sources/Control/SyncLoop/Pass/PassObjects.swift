// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan

/// One outcome for every object of a pass, whether it was written, left as it is, or refused.
enum PassObjects {
    /// Written, unchanged, refused and drifted objects; the report's order first.
    static func all(plan: Plan, report: ApplyReport) -> [ObjectOutcome] {
        report.outcomes + untouched(plan) + plan.reportedDrift.map(drifted)
    }

    /// The objects that needed no write, and those that are refused.
    static func untouched(_ plan: Plan) -> [ObjectOutcome] {
        plan.unchanged.map { object in
            ObjectOutcome(
                id: object.id,
                apiVersion: object.apiVersion,
                action: .unchanged,
                origin: object.origin,
                warnings: object.residual.isOverruled
                    ? ["mutated by admission: the API server keeps other values than git declares, and was asked twice"]
                    : []
            )
        } + plan.refused.map(refused) + plan.prune.withheld.map(withheld) + plan.prune.waiting.map(waiting)
    }

    /// A deletion that failed before, and was not tried again in this pass.
    private static func withheld(_ object: ReleasedObject) -> ObjectOutcome {
        ObjectOutcome(
            id: object.id,
            apiVersion: "",
            action: .failed,
            origin: nil,
            error: "\(object.id): \(object.reason)",
            isRetryable: true
        )
    }

    /// A deletion that was not tried in this pass, because it waits for something else.
    private static func waiting(_ object: ReleasedObject) -> ObjectOutcome {
        ObjectOutcome(
            id: object.id,
            apiVersion: "",
            action: .skipped,
            origin: nil,
            error: "\(object.id): not deleted: \(object.reason)",
            isRetryable: true
        )
    }

    private static func refused(_ object: RefusedObject) -> ObjectOutcome {
        ObjectOutcome(
            id: object.id,
            apiVersion: object.apiVersion,
            action: object.reason.isFailure ? .failed : .skipped,
            origin: object.origin,
            error: object.line,
            isRetryable: object.reason.isRetryable
        )
    }

    /// The health of declared objects that the cluster lacks and that the pass leaves so: nothing waits for them.
    static func missing(_ plan: Plan) -> [ObjectHealth] {
        plan.reportedDrift.filter { $0.cause == .deleted }.map { step in
            ObjectHealth(
                id: step.id,
                status: .notFound,
                message: "\(ObjectHealth.wasDeleted); \(PlanPolicy.DriftMode.reportRemark)",
                origin: step.origin
            )
        }
    }

    private static func drifted(_ step: Step) -> ObjectOutcome {
        let what = step.cause == .deleted ? ObjectHealth.wasDeleted : "was changed in the cluster"
        return ObjectOutcome(
            id: step.id,
            apiVersion: step.object.gvk.apiVersion,
            action: .skipped,
            origin: step.origin,
            error: "\(step.origin): \(step.id): \(what); \(PlanPolicy.DriftMode.reportRemark)",
            changes: step.changes,
            before: step.live,
            after: step.live
        )
    }
}
