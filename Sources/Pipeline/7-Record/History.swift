// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects
import Processes
import SyncLook
import SyncPlan
import Synchronization

/// The history of all projects of one data folder: what was done to the cluster, why, and how it ended.
///
/// One SQLite file (WAL, `synchronous=FULL`) whose rows are hash-chained and never changed. Every function may be called
/// from any task; the file is touched on GRDB's own threads. Text is redacted on its way in.
package final class History: Sendable {
    /// What a process may do with the folder.
    package enum Mode: Sendable {
        /// Run passes: the only such process on the folder, which creates and repairs what is needed.
        case operate
        /// Read, approve, suspend and resume, while another process may operate.
        case command
        /// Only read.
        case inspect
    }

    /// The folder of `history.sqlite`.
    package let folder: String
    /// Notices about the opening for people, one line each: a damaged file was moved aside, runs of a process that died
    /// were closed as unknown, the key of the residuals could not be kept.
    package let notices: [String]
    /// The key of the hashes in the marks.
    package let residualKey: ResidualKey

    /// What is written passes it.
    let redactor: Redactor
    let pool: DatabasePool
    let writer: LedgerWriter
    let reserve: DiskReserve?
    /// By run, until its end is written.
    let lostRows = Mutex<[Int64: LostRows]>([:])
    /// The last rows of runs whose end could not be written, by run: the next run of the project writes them.
    let unwrittenEnds = Mutex<[Int64: [LedgerEntry]]>([:])
    private let files: OpenedFiles
    private let lock: FolderLock?
    private let isClosed = Mutex(false)

    init(
        folder: String,
        notices: [String],
        redactor: Redactor,
        pool: DatabasePool,
        writer: LedgerWriter,
        files: OpenedFiles,
        reserve: DiskReserve?,
        lock: FolderLock?
    ) {
        self.folder = folder
        self.redactor = redactor
        self.pool = pool
        self.writer = writer
        self.files = files
        self.reserve = reserve
        self.lock = lock
        let (key, notice) = ResidualKeyFile.key(in: folder, makesOne: lock != nil)
        residualKey = key
        self.notices = notices + (notice.map { [$0] } ?? [])
    }

    /// Closes the file and lets another process operate on the folder. It is the last call; a second close does nothing.
    ///
    /// - Throws: ``RecordError`` with reason `busy` when a read or write is still under way.
    package func close() async throws(RecordError) {
        let wasClosed = isClosed.withLock { closed in
            defer { closed = true }
            return closed
        }
        if wasClosed { return }
        try await RecordError.blocking(folder) { [self] in
            // The last connection to close is a reader's, which cannot move the log into the file, so that is done
            // here. A reader of another process may prevent it; then the log stays.
            if !pool.configuration.readonly {
                _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            }
            try pool.close()
        }
        lock?.release()
    }

    /// Reads in one snapshot of the file, off the caller's thread.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(RecordError) -> Value {
        try await withCheckedContinuation {
            (done: CheckedContinuation<Result<Value, RecordError>, Never>) in
            pool.asyncRead { access in
                done.resume(
                    returning: RecordError.catching(self.folder) {
                        // Also after a failed access: the error says that the file is gone.
                        try self.files.check()
                        return try body(access.get())
                    }
                )
            }
        }.get()
    }

    /// Builds entries; a payload that cannot be encoded is a programming error, reported as ``RecordError``.
    func entries(_ build: () throws -> [LedgerEntry]) throws(RecordError) -> [LedgerEntry] {
        try RecordError.catching(folder, build).get()
    }
}
