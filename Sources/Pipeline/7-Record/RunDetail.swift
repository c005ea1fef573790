// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import SyncRender
import SyncSource

/// One run in full, as `sternpost show` prints it.
package struct RunDetail: Sendable, Hashable, Encodable {
    package let run: SyncRun
    /// Object id of the synced folder's tree; empty when the source could not be read.
    package let treeID: String
    /// From which commit the ref came to this one; nil when it is the same, or the first.
    package let step: CommitStep?
    /// Objects that were written, refused or failed, in the order they were recorded. Unchanged objects are only
    /// counted.
    package let objects: [RecordedObject]
    /// Every write that was intended, in order, and how it ended.
    package let mutations: [RecordedMutation]
    /// Why the commit did not render.
    package let problems: [RenderProblem]
    /// What the renderer passed over on purpose.
    package let notices: [RenderNotice]
    /// Errors and remarks about the run as a whole (source, cluster, interruption), one line each.
    package let messages: [String]
    /// Nil when health was not observed.
    package let health: RecordedHealth?
    /// The prune that is, or was, held since this run.
    package let hold: PruneHold?
}

/// What became of one object, as stored: redacted, and without the objects themselves.
package struct RecordedObject: Sendable, Hashable, Codable {
    package let id: ObjectID
    package let apiVersion: String
    package let action: ObjectOutcome.Action
    package let error: String?
    package let isRetryable: Bool
    package let origin: Origin?
    /// Values of Secrets are nil.
    package let changes: [FieldChange]
    /// Nil when there was nothing to compare, or the object was not written. Only that of a deletion ends at `/dev/null`.
    package let diff: DiffText?
    package let warnings: [String]
    package let durationMilliseconds: Int64
}

/// One intended write and its end.
package struct RecordedMutation: Sendable, Hashable, Codable {
    /// How the write ended.
    package enum Ending: String, Sendable, Hashable, Codable {
        case done, failed
        /// The request left and no answer came, or the process died before the answer was written down.
        case unknown
        /// No row about the end yet.
        case open
    }

    /// The number of the intent's audit row.
    package let intent: Int64
    package let id: ObjectID
    package let verb: MutationIntent.Verb
    package let reason: String
    package let intendedAt: Date
    package let ending: Ending
    /// The cause when the ending is failed or unknown, else empty.
    package let message: String
    package let concludedAt: Date?
}

/// A health report as stored.
package struct RecordedHealth: Sendable, Hashable, Codable {
    /// One object that was not healthy when the wait ended.
    package struct Entry: Sendable, Hashable, Codable {
        package let id: ObjectID
        package let status: HealthStatus
        package let message: String
        package let origin: Origin?
    }

    package let ending: HealthReport.Ending
    package let observed: Int
    package let unhealthy: [Entry]
}
