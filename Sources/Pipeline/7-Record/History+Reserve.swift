// SPDX-License-Identifier: Apache-2.0
import Foundation
import PlainText
import Synchronization

/// What is written on a full disk: rows about what has happened already, as far as the reserve goes, and in any case the end
/// of each run.
extension History {
    /// Rows of a run that could not be written.
    struct LostRows: Sendable {
        var count: Int
        /// Of the first of them.
        let cause: RecordError
    }

    /// How many rows are tried together once all of them did not fit.
    private static let batch = 16

    /// Makes sure that the outcome of what is about to begin can be written down whatever the disk does: takes the reserve
    /// again when it was given up. Costs one look at a file while it was not.
    ///
    /// - Throws: ``RecordError``, with reason `diskFull` while there is no room for it.
    package func requireReserve() async throws(RecordError) {
        guard let reserve, !reserve.isWhole else { return }
        // The log is not moved into the file before that, although it would give room back: the file would grow first, into
        // the room for outcomes.
        try await writer.transact { ledger in try self.takeReserve(ledger) }
    }

    /// The same inside a transaction.
    func takeReserve(_ ledger: LedgerTransaction) throws {
        guard let reserve else { return }
        guard reserve.takeAgain() else {
            throw RecordError(
                .diskFull,
                reserve.path,
                "there is no room for the reserve of 2 MiB, without which nothing is changed; free some disk space (where only"
                    + " Sternpost uses this disk, a restart gives back the room of its log)"
            )
        }
        writer.moveLogAgain(in: ledger.database)
    }

    /// How many bytes of the folder's disk are free for this user; nil when that cannot be read.
    package var freeBytes: UInt64? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// Writes the last rows of something that has happened already; when the disk is full, the reserve makes room.
    func afterwards<Value>(
        _ use: DiskReserve.Use = .rows,
        _ write: () async throws(RecordError) -> Value
    ) async throws(RecordError) -> Value {
        do throws(RecordError) {
            return try await write()
        } catch {
            guard error.reason == .diskFull, let reserve else { throw error }
            // Where another writer has given it up meanwhile, there is room as well.
            await writer.keepLog { reserve.giveUp(for: use) }
            return try await write()
        }
    }

    /// Appends rows about something that has happened already: all of them, or none.
    func appendAfterwards(_ entries: [LedgerEntry]) async throws(RecordError) {
        _ = try await afterwards { () async throws(RecordError) in try await writer.append(entries) }
    }

    /// Appends rows of a run about something that has happened already: on a full disk as many as fit. The others are
    /// counted, which the end of the run tells.
    func appendAfterwards(_ entries: [LedgerEntry], of run: RunID) async throws(RecordError) {
        do throws(RecordError) {
            try await appendAfterwards(entries)
        } catch {
            let written = error.reason == .diskFull ? await appendFirst(of: entries) : 0
            guard written < entries.count else { return }
            lostRows.withLock { lost in
                lost[run.number, default: LostRows(count: 0, cause: error)].count += entries.count - written
            }
            throw error
        }
    }

    /// Appends rows until one does not fit; tells how many were written.
    private func appendFirst(of entries: [LedgerEntry]) async -> Int {
        var written = 0
        while written < entries.count {
            let next = Array(entries[written..<min(written + Self.batch, entries.count)])
            do throws(RecordError) { _ = try await writer.append(next) } catch { return written }
            written += next.count
        }
        return written
    }

    /// Whether rows of a run were lost, which its end tells.
    package func hasLostRows(of run: RunID) -> Bool { lostRows.withLock { $0[run.number] != nil } }

    /// Decides and appends in one transaction, about something that has happened already; uses the reserve.
    func transactAfterwards(
        _ body: @escaping @Sendable (LedgerTransaction) throws -> Void
    ) async throws(RecordError) {
        try await afterwards { () async throws(RecordError) in try await writer.transact(body) }
    }

    /// How many rows of a run were lost and why, one line; nil when none was.
    func lossText(of run: RunID) -> String? {
        guard let lost = lostRows.withLock({ $0[run.number] }) else { return nil }
        let cause = lost.cause.reason == .diskFull ? "the disk was full" : lost.cause.detail
        return "\(lost.count.counted("entry", "entries")) could not be recorded: \(cause)"
    }
}
