// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Synchronization

/// Puts rows into the file, durably and in as few transactions as callers allow.
///
/// Rows that arrive while a transaction is being made durable wait and go into the next one together, so eight writers
/// cost one `fsync` a round and not eight. A cancelled task's rows are written nevertheless, because they are about
/// something that has happened.
final class LedgerWriter: Sendable {
    private struct Waiting: Sendable {
        let entries: [LedgerEntry]
        let done: CheckedContinuation<Result<[Int64], RecordError>, Never>
    }

    private let pool: DatabasePool
    private let files: OpenedFiles
    private let folder: String
    private let now: @Sendable () -> Date
    private let beforeCommit: @Sendable (Int) throws -> Void
    private let commits = Mutex(0)
    private let keepsLog = Mutex(false)
    private let waiting = Mutex<[Waiting]>([])

    init(
        pool: DatabasePool,
        files: OpenedFiles,
        folder: String,
        now: @escaping @Sendable () -> Date,
        beforeCommit: @escaping @Sendable (Int) throws -> Void
    ) {
        self.beforeCommit = beforeCommit
        self.pool = pool
        self.files = files
        self.folder = folder
        self.now = now
    }

    /// Appends rows; all of them are durable on return, or none is there.
    func append(_ entries: [LedgerEntry]) async throws(RecordError) -> [Int64] {
        guard !entries.isEmpty else { return [] }
        return try await withCheckedContinuation { done in
            waiting.withLock { $0.append(Waiting(entries: entries, done: done)) }
            pool.asyncWriteWithoutTransaction { self.drain(into: $0) }
        }.get()
    }

    /// Reads, decides and appends in one transaction of its own.
    func transact<Value: Sendable>(
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Value
    ) async throws(RecordError) -> Value {
        try await withCheckedContinuation {
            (done: CheckedContinuation<Result<Value, RecordError>, Never>) in
            pool.asyncWriteWithoutTransaction { database in
                let at = self.now().milliseconds
                done.resume(
                    returning: RecordError.catching(self.folder) {
                        try self.files.check()
                        var value: Value?
                        try database.inTransaction(.immediate) {
                            value = try body(LedgerTransaction(database: database, at: at))
                            try self.interfere()
                            return .commit
                        }
                        guard let value else { throw RecordError(.failed, self.folder, "a transaction gave no value") }
                        return value
                    }
                )
            }
        }.get()
    }

    /// Keeps SQLite from moving the log into the file at each commit, until ``moveLogAgain(in:)``: the file would grow by
    /// that, and take the room that was made for the last rows. `giveUp` makes that room; no transaction comes between.
    func keepLog(_ giveUp: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            pool.asyncWriteWithoutTransaction { database in
                self.keepsLog.withLock { $0 = true }
                // Where that fails the rows are written as far as there is room, as without it.
                try? database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                giveUp()
                done.resume()
            }
        }
    }

    /// Lets SQLite move the log again, at every 1000 pages as it does by itself.
    func moveLogAgain(in database: Database) {
        let wasKept = keepsLog.withLock { keeps in
            defer { keeps = false }
            return keeps
        }
        // Where that fails the log grows until the next start.
        if wasKept { try? database.execute(sql: "PRAGMA wal_autocheckpoint = 1000") }
    }

    private func interfere() throws {
        try beforeCommit(
            commits.withLock { count in
                count += 1
                return count
            }
        )
    }

    /// Writes all rows that wait; runs on the writer's queue.
    private func drain(into database: Database) {
        let group = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        guard !group.isEmpty else { return }
        let at = now().milliseconds
        let outcome = RecordError.catching(folder) {
            try self.files.check()
            var sequences: [Int64] = []
            try database.inTransaction(.immediate) {
                sequences = try Ledger.append(group.flatMap(\.entries), at: at, in: database)
                try self.interfere()
                return .commit
            }
            return sequences
        }
        switch outcome {
        case .failure(let error):
            for caller in group { caller.done.resume(returning: .failure(error)) }
        case .success(var sequences):
            for caller in group {
                caller.done.resume(returning: .success(Array(sequences.prefix(caller.entries.count))))
                sequences.removeFirst(caller.entries.count)
            }
        }
    }
}

/// What the body of a transaction may do.
struct LedgerTransaction {
    let database: Database
    /// The time of the transaction's rows, milliseconds since 1970.
    let at: Int64

    /// Appends rows and returns their sequences.
    @discardableResult
    func append(_ entries: [LedgerEntry]) throws -> [Int64] {
        try Ledger.append(entries, at: at, in: database)
    }
}
