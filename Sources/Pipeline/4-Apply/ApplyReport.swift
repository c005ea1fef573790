// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender

/// What became of one object in a pass.
package struct ObjectOutcome: Sendable {
    /// The words of `sync -o json`.
    package enum Action: String, Sendable, Hashable, Codable {
        case created, configured, unchanged, pruned, restarted, skipped, failed
    }

    package let id: ObjectID
    package let apiVersion: String
    package let action: Action
    /// Where the manifest stands; nil for a pruned object.
    package let origin: Origin?
    /// One redacted line, cause and remedy; nil unless failed or skipped.
    package let error: String?
    /// Whether the same step may succeed later without a new commit.
    package let isRetryable: Bool
    /// What differed, for people.
    package let changes: [FieldChange]
    /// The object before and after, as the server had it; nil where there was none. Not redacted: only the record's
    /// redactor may turn them into text. Once the outcome is recorded, `after` is only who the object is, and `before` is
    /// nil: thousands of outcomes stay until the end of the pass.
    package private(set) var before: KubeObject?
    package private(set) var after: KubeObject?
    /// `Warning:` headers of the API server.
    package let warnings: [String]
    package let duration: Duration
    /// What the API server kept otherwise although the manifest was applied twice, as in ``Inventory/AppliedMark``.
    package let residual: String
    /// Whether the journal has the outcome, with all that changed.
    package private(set) var isRecorded = false

    package init(
        id: ObjectID,
        apiVersion: String,
        action: Action,
        origin: Origin?,
        error: String? = nil,
        isRetryable: Bool = false,
        changes: [FieldChange] = [],
        before: KubeObject? = nil,
        after: KubeObject? = nil,
        warnings: [String] = [],
        duration: Duration = .zero,
        residual: String = ""
    ) {
        self.id = id
        self.apiVersion = apiVersion
        self.action = action
        self.origin = origin
        self.error = error
        self.isRetryable = isRetryable
        self.changes = changes
        self.before = before
        self.after = after
        self.warnings = warnings
        self.duration = duration
        self.residual = residual
    }
}

extension ObjectOutcome {
    /// Lets the objects go, but for what the rest of the pass asks of `after`: its identity, its version, and whether it
    /// removes itself.
    package mutating func letGo() {
        before = nil
        guard let whole = after else { return }
        var metadata: JSON = ["name": .string(whole.name)]
        for key in ["namespace", "uid", "resourceVersion"] { metadata[key] = whole.metadata[key] }
        var rest: JSON = ["metadata": metadata]
        for key in ["apiVersion", "kind"] { rest[key] = whole.json[key] }
        if let seconds = whole.spec?["ttlSecondsAfterFinished"] { rest["spec"] = ["ttlSecondsAfterFinished": seconds] }
        after?.json = rest
    }

    mutating func wasRecorded() { isRecorded = true }
}

/// What an apply did: one outcome per step and per prune that was started or skipped, in the plan's order.
package struct ApplyReport: Sendable {
    package let outcomes: [ObjectOutcome]
    /// The inventory as it stands in the cluster after the pass.
    package let inventory: Inventory
    /// Set when the pass ended early: cancelled by a newer commit or a shutdown, inventory or journal not writable.
    package let interruption: String?
    /// Whether it ended because an intent or an outcome could not be written down.
    package let isJournalLost: Bool

    package init(
        outcomes: [ObjectOutcome],
        inventory: Inventory,
        interruption: String?,
        isJournalLost: Bool = false
    ) {
        self.isJournalLost = isJournalLost
        self.outcomes = outcomes
        self.inventory = inventory
        self.interruption = interruption
    }
}

/// One write that is about to happen. A row of it is on disk before the request leaves.
package struct MutationIntent: Sendable {
    /// What is about to be done.
    package enum Verb: String, Sendable, Hashable, Codable {
        case apply, delete, recreate, inventory, restart
        /// Notes on the object how a rollout ended; starts nothing.
        case annotate
    }

    package let id: ObjectID
    package let verb: Verb
    /// One line: why (`created by commit abcd1234`, `drift: .spec.replicas`, `removed from git`).
    package let reason: String

    package init(id: ObjectID, verb: Verb, reason: String) {
        self.id = id
        self.verb = verb
        self.reason = reason
    }
}

/// How a write ended.
package enum MutationResult: Sendable, Hashable {
    case done
    case failed(String)
    /// The request left and no answer came.
    case unknown(String)
}

/// Where intents and outcomes are written down. No intent row, no mutation.
package protocol MutationJournal: Sendable {
    /// Writes all intents durably in one go and returns a number for each, in the same order.
    ///
    /// - Throws: when the rows could not be made durable; then none of the mutations may happen.
    func intend(_ intents: [MutationIntent]) async throws -> [Int64]

    /// Writes the results of mutations that were intended before.
    func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws

    /// The same, and what became of the objects with all that changed; both or neither is written.
    func conclude(_ results: [(intent: Int64, result: MutationResult)], objects: [ObjectOutcome]) async throws
}
