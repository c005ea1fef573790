// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncPlan
import SyncRender

/// An object whose health a pass waits for.
package struct AwaitedObject: Sendable, Hashable {
    package let id: ObjectID
    package let origin: Origin?
    /// Whether it removes itself when it is done (a Job with `ttlSecondsAfterFinished`): then its absence is success.
    package let removesItself: Bool

    package init(id: ObjectID, origin: Origin?, removesItself: Bool = false) {
        self.id = id
        self.origin = origin
        self.removesItself = removesItself
    }

    /// An object that a pass has found settled.
    package init(_ settled: SettledObject) {
        self.init(id: settled.id, origin: settled.origin, removesItself: settled.isDone || settled.removesItself)
    }

    /// An object that a pass writes.
    package init(_ step: Step) {
        self.init(id: step.id, origin: step.origin, removesItself: step.object.removesItself)
    }

    /// Every object that a pass has applied or found as wanted, ascending by id. Failed and skipped ones are left out:
    /// their outcome is known.
    package static func all(in plan: Plan, after report: ApplyReport) -> [AwaitedObject] {
        let settled = plan.unchanged.map(AwaitedObject.init)
        let applied = report.outcomes.compactMap { outcome -> AwaitedObject? in
            switch outcome.action {
            case .created, .configured, .unchanged, .restarted:
                return AwaitedObject(
                    id: outcome.id,
                    origin: outcome.origin,
                    removesItself: outcome.after?.removesItself == true
                )
            case .pruned, .skipped, .failed: return nil
            }
        }
        return (settled + applied).sorted { $0.id < $1.id }
    }
}
