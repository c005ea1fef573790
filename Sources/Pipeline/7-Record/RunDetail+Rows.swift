// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncRender
import SyncSource

extension SyncRun {
    /// Reads a run from its rows; nil without a row that starts it.
    init?(rows: [LedgerRow]) throws {
        var started: LedgerRow?
        var commit: Payload.RunCommit?
        var finished: (row: LedgerRow, payload: Payload.RunFinished)?
        for row in rows {
            switch LedgerKind(rawValue: row.kind) {
            case .runStarted: started = row
            case .runCommit: commit = try row.decode(Payload.RunCommit.self)
            case .runFinished: finished = (row, try row.decode(Payload.RunFinished.self))
            default: break
            }
        }
        guard let started, let number = started.run else { return nil }
        let start = try started.decode(Payload.RunStarted.self)
        self.init(
            id: number,
            project: started.project,
            commit: commit?.commit,
            message: finished?.payload.message?.text ?? commit?.subject.text ?? "",
            trigger: start.trigger,
            startedAt: start.startedAt(started.date),
            finishedAt: finished?.row.date,
            outcome: finished?.payload.outcome ?? .running,
            counts: finished?.payload.counts ?? RunCounts()
        )
    }
}

extension RunDetail {
    /// Reads a run in full from all its rows, ascending by sequence.
    init(run: SyncRun, rows: [LedgerRow]) throws {
        var parts = RunParts()
        for row in rows { try parts.take(row) }
        self.init(
            run: run,
            treeID: parts.treeID,
            step: parts.step,
            objects: parts.objects,
            mutations: parts.mutations,
            problems: parts.problems,
            notices: parts.notices,
            messages: parts.messages,
            health: parts.health,
            hold: parts.hold
        )
    }
}

/// Collects a run's rows by what they are about.
private struct RunParts {
    var treeID = ""
    var step: CommitStep?
    var objects: [RecordedObject] = []
    var problems: [RenderProblem] = []
    var notices: [RenderNotice] = []
    var messages: [String] = []
    var health: RecordedHealth?
    var hold: PruneHold?
    private var intents: [(row: LedgerRow, payload: Payload.Intent)] = []
    private var outcomes: [Int64: (row: LedgerRow, payload: Payload.Outcome)] = [:]

    mutating func take(_ row: LedgerRow) throws {
        switch LedgerKind(rawValue: row.kind) {
        case .runCommit:
            let payload = try row.decode(Payload.RunCommit.self)
            (treeID, step) = (payload.treeID, payload.step)
        case .intent: intents.append((row, try row.decode(Payload.Intent.self)))
        case .outcome:
            let payload = try row.decode(Payload.Outcome.self)
            outcomes[payload.intent] = (row, payload)
        case .object:
            if let id = row.object { objects.append(try row.decode(Payload.ObjectRow.self).recorded(id)) }
        case .problem:
            let payload = try row.decode(Payload.Located.self)
            problems.append(
                RenderProblem(
                    origin: payload.origin,
                    problem: payload.text.text,
                    remedy: payload.remedy?.text ?? ""
                )
            )
        case .notice:
            let payload = try row.decode(Payload.Located.self)
            notices.append(RenderNotice(origin: payload.origin, message: payload.text.text))
        case .message: messages.append(try row.decode(Payload.Message.self).text.text)
        case .health: health = try row.decode(Payload.Health.self).recorded
        case .pruneHeld: hold = try row.decode(Payload.Held.self).hold
        default: break
        }
    }

    var mutations: [RecordedMutation] {
        intents.map { intent in
            let end = outcomes[intent.row.sequence]
            return RecordedMutation(
                intent: intent.row.sequence,
                id: intent.row.object ?? ObjectID(group: "", kind: "", namespace: "", name: ""),
                verb: intent.payload.verb,
                reason: intent.payload.reason.text,
                intendedAt: intent.row.date,
                ending: end?.payload.ending ?? .open,
                message: end?.payload.message.text ?? "",
                concludedAt: end?.row.date
            )
        }
    }
}
