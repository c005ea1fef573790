// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
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
    /// Cause and remedy; nil unless failed or skipped.
    package let error: String?
    /// Of a write that failed: the same without the prefix that names the object and its place.
    package let cause: String?
    /// Whether the same step may succeed later without a new commit.
    package let isRetryable: Bool
    /// What differed, for display.
    package let changes: [FieldChange]
    /// The object before and after, as the server had it; nil where there was none. Not redacted: only SyncRecord may
    /// turn them into text. Once the outcome is recorded, `after` holds only the object's identity and `before` is nil,
    /// because thousands of outcomes stay in memory until the end of the pass.
    package private(set) var before: KubeObject?
    package private(set) var after: KubeObject?
    /// `Warning:` headers of the API server.
    package let warnings: [String]
    package let duration: Duration
    /// What the API server stores differently although the manifest was applied, as in ``Inventory/AppliedMark``.
    package let residual: Residual
    /// Whether the next pass has to check the object again, because a part of the write did not finish.
    package let isUnfinished: Bool
    /// How `after` looked, as in ``Inventory/AppliedMark``; empty without one.
    package let state: String
    /// Whether the journal has the outcome, with all that changed.
    package private(set) var isRecorded = false

    package init(
        id: ObjectID,
        apiVersion: String,
        action: Action,
        origin: Origin?,
        error: String? = nil,
        cause: String? = nil,
        isRetryable: Bool = false,
        changes: [FieldChange] = [],
        before: KubeObject? = nil,
        after: KubeObject? = nil,
        warnings: [String] = [],
        duration: Duration = .zero,
        residual: Residual = .empty,
        isUnfinished: Bool = false
    ) {
        self.id = id
        self.apiVersion = apiVersion
        self.action = action
        self.origin = origin
        self.error = error
        self.cause = cause
        self.isRetryable = isRetryable
        self.changes = changes
        self.before = before
        self.after = after
        self.warnings = warnings
        self.duration = duration
        self.residual = residual
        self.isUnfinished = isUnfinished
        state = after.map(Inventory.AppliedMark.state) ?? ""
    }
}

extension ObjectOutcome {
    /// What was seen of the object after an apply of the document with this hash; nil when the outcome has no object, or is
    /// unfinished.
    package func mark(contentHash: String) -> Inventory.AppliedMark? {
        guard !isUnfinished, let uid = after?.uid, let version = after?.resourceVersion else { return nil }
        return Inventory.AppliedMark(
            uid: uid,
            resourceVersion: version,
            contentHash: contentHash,
            residual: residual,
            state: state
        )
    }

    /// The mark by which a mirror keeps the object after an apply of the document with this hash. Of an object that others
    /// own it is no manifest's: a mark does not name the owners, which no plan may delete unseen.
    package func mirrored(contentHash: String) -> Inventory.AppliedMark? {
        let isOwned = after?.hasOwners == true
        return mark(contentHash: isOwned ? Inventory.AppliedMark.noManifest : contentHash)?.withoutResidual
    }

    /// Drops the objects, except for the parts of `after` that the rest of the pass needs: its identity, its version,
    /// its owners, and whether it removes itself.
    package mutating func letGo() {
        before = nil
        guard let whole = after else { return }
        var metadata: JSON = ["name": .string(whole.name)]
        for key in ["namespace", "uid", "resourceVersion", "ownerReferences"] { metadata[key] = whole.metadata[key] }
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
    /// The inventory as it stands in the cluster after the pass; its marks are those from before it.
    package let inventory: Inventory
    /// Set when the pass ended early: cancelled by a newer commit or a shutdown, inventory or journal not writable.
    package let interruption: String?
    /// Whether it ended because an intent or an outcome could not be recorded.
    package let isJournalLost: Bool
    /// The wave number that was not healthy in time, so that later ones were not written; nil when there was none.
    package let closedGate: ClosedGate?

    package init(
        outcomes: [ObjectOutcome],
        inventory: Inventory,
        interruption: String?,
        isJournalLost: Bool = false,
        closedGate: ClosedGate? = nil
    ) {
        self.closedGate = closedGate
        self.isJournalLost = isJournalLost
        self.outcomes = outcomes
        self.inventory = inventory
        self.interruption = interruption
    }
}
