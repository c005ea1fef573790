// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects
import SyncSource

/// What is known about a project between two passes, and what people ordered.
extension History {
    /// What is known about a project between two passes.
    package func state(of project: String) async throws(RecordError) -> ProjectState {
        try await read { try Self.state(of: project, in: $0) }
    }

    /// The projects that ever had a run or an order, ascending.
    package func projects() async throws(RecordError) -> [String] {
        try await read { database in
            var names: Set<String> = []
            for kind in [LedgerKind.runStarted, .projectSuspended] {
                var last = ""
                // Jumps from name to name in the index: a history holds few projects and many runs.
                while let next = try String.fetchOne(
                    database,
                    sql: "SELECT min(project) FROM audit WHERE kind = ? AND project > ?",
                    arguments: [kind.rawValue, last]
                ) {
                    names.insert(next)
                    last = next
                }
            }
            return names.sorted { $0.precedesInByteOrder($1) }
        }
    }

    /// Remembers the commit whose objects have all been applied. Writes nothing when it is remembered already.
    package func setApplied(_ commit: CommitInfo, treeID: String, by run: RunID) async throws(RecordError) {
        let payload = Payload.RunCommit(commit, treeID: treeID, by: redactor)
        try await transactAfterwards { ledger in
            let known = try Self.state(of: run.project, in: ledger.database)
            guard known.applied?.id != commit.id || known.appliedTreeID != treeID else { return }
            try ledger.append([
                LedgerEntry(.projectApplied, project: run.project, run: run.number, payload: payload)
            ])
        }
    }

    /// Suspends or resumes a project on a person's order. Writes nothing when it is suspended or resumed already.
    ///
    /// - Returns: Whether anything changed.
    @discardableResult
    package func setSuspended(
        _ isSuspended: Bool,
        project: String,
        person: String,
        reason: String = ""
    ) async throws(RecordError) -> Bool {
        let payload = Payload.Suspended(person: redactor.row(person), reason: redactor.row(reason))
        return try await writer.transact { ledger in
            let known = try Self.state(of: project, in: ledger.database).suspension != nil
            guard known != isSuspended else { return false }
            let kind: LedgerKind = isSuspended ? .projectSuspended : .projectResumed
            try ledger.append([LedgerEntry(kind, project: project, payload: payload)])
            return true
        }
    }

    /// Remembers the prune that is held since this pass, or that none is held any more. A hold with the hash of the
    /// present one changes nothing, so a given approval stays valid.
    package func setHold(_ hold: PruneHold?, by run: RunID) async throws(RecordError) {
        let held = hold.map { Payload.Held($0, by: redactor) }
        try await transactAfterwards { ledger in
            let known = try Self.state(of: run.project, in: ledger.database).hold
            guard known?.hash != held?.hash else { return }
            if let held {
                try ledger.append([
                    LedgerEntry(.pruneHeld, project: run.project, run: run.number, payload: held)
                ])
            } else if let known {
                let payload = Payload.Released(hash: known.hash)
                try ledger.append([
                    LedgerEntry(.pruneReleased, project: run.project, run: run.number, payload: payload)
                ])
            }
        }
    }

    /// Records a person's approval of the held prune.
    ///
    /// - Parameters:
    ///   - project: Whose prune waits.
    ///   - hash: The hash of what the person saw, or its first digits, as many as ``PruneHold/approvalHash(_:)`` gives
    ///     or more; nil for whatever is held now.
    ///   - person: Who approves.
    /// - Returns: The hold that was approved.
    /// - Throws: ``RecordError``: `nothingHeld`, or `holdChanged` when another prune waits than the one with `hash`.
    package func approve(project: String, hash: String?, person: String) async throws(RecordError) -> PruneHold {
        let approver = redactor.row(person)
        return try await writer.transact { ledger in
            guard let hold = try Self.state(of: project, in: ledger.database).hold else {
                throw RecordError(.nothingHeld, "project \(project)", "no prune waits for approval")
            }
            if let mismatch = hash.flatMap(hold.mismatch) {
                throw RecordError(.holdChanged, "project \(project)", mismatch)
            }
            let payload = Payload.Approved(hash: hold.hash, person: approver)
            try ledger.append([LedgerEntry(.pruneApproved, project: project, payload: payload)])
            return hold
        }
    }

    /// Ends the approval that a pass has acted on, together with the hold.
    ///
    /// - Throws: ``RecordError`` with reason `nothingHeld` when this hash is not approved: it was never, or it was used.
    package func consumeApproval(hash: String, by run: RunID) async throws(RecordError) {
        try await transactAfterwards { ledger in
            guard try Self.state(of: run.project, in: ledger.database).approval?.hash == hash else {
                throw RecordError(.nothingHeld, "project \(run.project)", "hash \(hash) is not approved")
            }
            let payload = Payload.Released(hash: hash)
            try ledger.append([
                LedgerEntry(.approvalUsed, project: run.project, run: run.number, payload: payload)
            ])
        }
    }

    private static func state(of project: String, in database: Database) throws -> ProjectState {
        func newest(_ kinds: LedgerKind...) throws -> LedgerRow? {
            try Ledger.newest(of: kinds, project: project, in: database)
        }
        let applied = try newest(.projectApplied)
        let commit = try applied?.decode(Payload.RunCommit.self)
        var suspension: ProjectState.Suspension?
        if let row = try newest(.projectSuspended, .projectResumed),
            row.kind == LedgerKind.projectSuspended.rawValue
        {
            let payload = try row.decode(Payload.Suspended.self)
            suspension = .init(person: payload.person.text, reason: payload.reason.text, since: row.date)
        }
        var hold: PruneHold?
        var approval: Approval?
        let last = try newest(.pruneHeld, .pruneReleased, .pruneApproved, .approvalUsed)
        if let last, [LedgerKind.pruneHeld, .pruneApproved].map(\.rawValue).contains(last.kind) {
            hold = try newest(.pruneHeld)?.decode(Payload.Held.self).hold
            if last.kind == LedgerKind.pruneApproved.rawValue {
                let payload = try last.decode(Payload.Approved.self)
                approval = Approval(hash: payload.hash, person: payload.person.text, at: last.date)
            }
        }
        return ProjectState(
            applied: commit?.commit,
            appliedTreeID: commit?.treeID ?? "",
            appliedAt: applied?.date,
            attempted: try Ledger.newestAttempt(of: project, in: database)?.decode(Payload.RunCommit.self).commit,
            suspension: suspension,
            hold: hold,
            approval: approval
        )
    }
}

extension Payload.Held {
    init(_ hold: PruneHold, by redactor: Redactor) {
        self.init(
            hash: hold.hash,
            commitID: hold.commitID,
            reasons: hold.reasons.map { redactor.row($0) },
            objects: hold.objects
        )
    }

    var hold: PruneHold {
        PruneHold(hash: hash, commitID: commitID, reasons: reasons.map(\.text), objects: objects)
    }
}
