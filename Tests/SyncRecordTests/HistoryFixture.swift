// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects
import PlainText
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource
import Synchronization
import TestKit

/// A clock that tests set by hand.
final class ManualWallClock: Sendable {
    private let time: Mutex<Date>

    init(_ seconds: TimeInterval = 1_700_000_000) { time = Mutex(Date(timeIntervalSince1970: seconds)) }

    var now: @Sendable () -> Date { { self.time.withLock { $0 } } }

    func advance(by seconds: TimeInterval) { time.withLock { $0 += seconds } }
}

/// Opens a history in a fresh folder, and closes it.
func withHistory(
    now: @escaping @Sendable () -> Date = { Date() },
    _ body: (History) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let history = try await History.open(folder: folder.path, mode: .operate, now: now)
        try await body(history)
        try await history.close()
    }
}

extension CommitInfo {
    static func sample(_ digit: Character = "a", subject: String = "Deploy posts") -> CommitInfo {
        CommitInfo(
            id: String(repeating: digit, count: 40),
            ref: "main",
            authorName: "Ada",
            authorEmail: "ada@example.com",
            authoredAt: 1_700_000_000,
            subject: subject
        )
    }
}

extension ObjectID {
    static func deployment(_ name: String, in namespace: String = "shop") -> ObjectID {
        ObjectID(group: "apps", kind: "Deployment", namespace: namespace, name: name)
    }
}

extension ObjectOutcome {
    static func sample(
        _ id: ObjectID = .deployment("web"),
        _ action: Action = .configured,
        error: String? = nil,
        changes: [FieldChange] = [],
        before: KubeObject? = nil,
        after: KubeObject? = nil
    ) -> ObjectOutcome {
        ObjectOutcome(
            id: id,
            apiVersion: id.group.isEmpty ? "v1" : "\(id.group)/v1",
            action: action,
            origin: Origin(file: "infra/web.yaml", line: 3),
            error: error,
            changes: changes,
            before: before,
            after: after,
            duration: .milliseconds(12)
        )
    }
}

extension KubeObject {
    static func deployment(_ name: String, replicas: Int64, image: String = "web:1") throws -> KubeObject {
        try KubeObject([
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["name": .string(name), "namespace": "shop", "resourceVersion": "7", "uid": "u-1"],
            "spec": [
                "replicas": .int(replicas),
                "template": ["spec": ["containers": [["name": "web", "image": .string(image)]]]],
            ],
            "status": ["replicas": .int(replicas)],
        ])
    }

    static func secret(data: [(String, String)], annotations: [(String, String)] = []) throws -> KubeObject {
        var object: JSON = [
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "login", "namespace": "shop"],
        ]
        for (key, value) in data { object[["data", key]] = .string(Base64.text(of: Array(value.utf8))) }
        for (key, value) in annotations { object[["metadata", "annotations", key]] = .string(value) }
        return try KubeObject(object)
    }
}

extension History {
    /// Writes a whole small run.
    @discardableResult
    func sampleRun(
        project: String = "posts",
        trigger: RunTrigger = .commit,
        outcomes: [ObjectOutcome] = [.sample()],
        outcome: RunOutcome = .succeeded
    ) async throws -> SyncRun {
        let run = try await begin(project: project, trigger: trigger)
        try await identify(run, commit: .sample(), treeID: String(repeating: "7", count: 40))
        let journal = journal(for: run)
        let intents = try await journal.intend(
            outcomes.map { MutationIntent(id: $0.id, verb: .apply, reason: "commit aaaaaaaa") }
        )
        try await journal.conclude(intents.map { ($0, .done) })
        try await record(outcomes, of: run)
        var counts = RunCounts()
        counts.configured = outcomes.count
        return try await finish(run, outcome: outcome, counts: counts)
    }
}

/// Changes the file behind the history's back, guards switched off, as somebody with a database shell would.
func tamper(_ folder: String, _ sql: String...) throws {
    let queue = try DatabaseQueue(path: folder + "/history.sqlite")
    try queue.write { database in
        let guards = try Row.fetchAll(database, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for row in guards { try database.execute(sql: "DROP TRIGGER \(row["name"] as String)") }
        for statement in sql { try database.execute(sql: statement) }
        for row in guards { try database.execute(sql: row["sql"]) }
    }
    try queue.close()
}
