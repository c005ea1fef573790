// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import GRDB
import KubeObjects
import PlainText
import Processes

extension History {
    /// What is said where nothing was synced yet, behind the folder's name.
    package static let nothingYet = "holds no syncs yet; run a sync first or check --data-dir"
    /// How long one process waits for another one's transaction.
    private static let busyLimit: TimeInterval = 10

    /// Opens the history of a folder.
    ///
    /// In mode `operate` the folder is made when it is absent (mode 0700, files 0600), the file is checked, a damaged one
    /// is moved aside and replaced by a new chain that names its hash, and runs of a process that died are closed as
    /// unknown. The other modes need an existing file.
    ///
    /// - Parameters:
    ///   - folder: Where the files are; its missing parents are made too.
    ///   - mode: What the caller is about to do.
    ///   - redactor: What is written passes it; the one of this process, which knows every secret that was seen.
    ///   - now: The wall clock; only displayed, never used for order.
    ///   - beforeCommit: Called in each transaction of this object, numbered from 1; what it throws rolls the transaction back
    ///     as an error of the disk would. For tests.
    ///   - hearing: Hears each statement that is sent to SQLite, with its values. For tests.
    /// - Returns: The history, with ``notices`` for people.
    /// - Throws: ``RecordError``: `notWritable`, `locked`, `missing`, `corrupt`, `newerFormat`, `diskFull`.
    package static func open(
        folder: String,
        mode: Mode,
        redactor: Redactor = .shared,
        now: @escaping @Sendable () -> Date = { Date() },
        beforeCommit: @escaping @Sendable (_ number: Int) throws -> Void = { _ in },
        hearing: (@Sendable (_ statement: String) -> Void)? = nil
    ) async throws(RecordError) -> History {
        try await RecordError.blocking(folder) {
            let settings = configuration(readonly: mode == .inspect, hearing: hearing)
            switch mode {
            case .operate: return try operate(folder: folder, redactor, settings, now: now, beforeCommit: beforeCommit)
            case .command, .inspect: return try attach(folder: folder, redactor, settings, now: now)
            }
        }
    }

    private static func operate(
        folder: String,
        _ redactor: Redactor,
        _ settings: Configuration,
        now: @escaping @Sendable () -> Date,
        beforeCommit: @escaping @Sendable (Int) throws -> Void
    ) throws -> History {
        try makeFolder(folder)
        let lock = try FolderLock(folder: folder)
        let reserve = DiskReserve(folder: folder)
        var replaced: DamagedFile?
        var begun = RecordError.catching(folder) {
            try begin(folder, settings, reserve, replaced: &replaced, at: now().milliseconds)
        }
        if case .failure(let error) = begun, error.reason == .diskFull, reserve.giveUp(for: .end) {
            // Writes that a dead process left without an outcome have happened: the reserve is for rows about them.
            begun = RecordError.catching(folder) {
                try begin(folder, settings, reserve, replaced: &replaced, at: now().milliseconds)
            }
        }
        let (pool, closed) = try begun.get()
        var notices = replaced.map { [$0.notice] } ?? []
        if closed > 0 {
            notices.append("\(closed.counted("run")) of a process that died: closed with outcome unknown")
        }
        if !reserve.take() {
            notices.append("\(folder): no room for the 2 MiB reserve; nothing is changed until some disk space is free")
        }
        // The log exists since the opening row, and stays as long as a connection is open.
        let files = try OpenedFiles(folder: folder, names: ["history.sqlite", "history.sqlite-wal", "history.lock"])
        let writer = LedgerWriter(pool: pool, files: files, folder: folder, now: now, beforeCommit: beforeCommit)
        return History(
            folder: folder,
            notices: notices,
            redactor: redactor,
            pool: pool,
            writer: writer,
            files: files,
            reserve: reserve,
            lock: lock
        )
    }

    /// Opens the file, or a new one in place of a damaged one, and writes the first rows of this process.
    private static func begin(
        _ folder: String,
        _ settings: Configuration,
        _ reserve: DiskReserve,
        replaced: inout DamagedFile?,
        at: Int64
    ) throws -> (pool: DatabasePool, closed: Int) {
        let path = folder + "/history.sqlite"
        if replaced == nil, isEmptied(path, reserve) { replaced = try DamagedFile.moveAside(path) }
        var pool: DatabasePool
        do {
            pool = try openChecked(path, settings)
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            replaced = try DamagedFile.moveAside(path)
            pool = try openChecked(path, settings)
        }
        do {
            var closed = 0
            let damaged = replaced
            try pool.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    closed = try begin(replaced: damaged, at: at, in: database)
                    return .commit
                }
            }
            return (pool, closed)
        } catch {
            try? pool.close()  // the first error is the one that counts
            throw error
        }
    }

    /// Whether an empty file was a history once: SQLite would take it for a new one, and drop its log.
    private static func isEmptied(_ path: String, _ reserve: DiskReserve) -> Bool {
        func bytes(_ path: String) -> off_t? {
            var status = stat()
            return stat(path, &status) == 0 ? status.st_size : nil
        }
        return bytes(path) == 0 && (reserve.isThere || (bytes(path + "-wal") ?? 0) > 0)
    }

    /// Writes the opening row, which also proves that the file can be written, and closes what a dead process left.
    private static func begin(replaced: DamagedFile?, at: Int64, in database: Database) throws -> Int {
        let opened = Payload.HistoryOpened(
            process: ProcessInfo.processInfo.processIdentifier,
            replacedFile: replaced?.name,
            replacedSHA256: replaced?.sha256
        )
        _ = try Ledger.append([LedgerEntry(.historyOpened, project: "", payload: opened)], at: at, in: database)
        return try Ledger.closeOpenRuns(at: at, in: database)
    }

    private static func attach(
        folder: String,
        _ redactor: Redactor,
        _ settings: Configuration,
        now: @escaping @Sendable () -> Date
    ) throws -> History {
        let path = folder + "/history.sqlite"
        guard access(path, F_OK) == 0 else {
            guard errno == ENOENT else { throw RecordError.system(errno, path) }
            throw RecordError(.missing, folder, nothingYet)
        }
        let pool = try DatabasePool(path: path, configuration: settings)
        try pool.read { database in
            try checkFormat(database)
            guard try database.tableExists("audit") else {
                throw RecordError(.missing, folder, nothingYet)
            }
        }
        let files = try OpenedFiles(folder: folder, names: ["history.sqlite"])
        let writer = LedgerWriter(pool: pool, files: files, folder: folder, now: now) { _ in }
        return History(
            folder: folder,
            notices: [],
            redactor: redactor,
            pool: pool,
            writer: writer,
            files: files,
            reserve: nil,
            lock: nil
        )
    }

    private static func openChecked(_ path: String, _ settings: Configuration) throws -> DatabasePool {
        try makeFile(path)
        let pool = try DatabasePool(path: path, configuration: settings)
        do {
            let verdict = try pool.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            guard verdict == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: verdict) }
            try pool.read { try checkFormat($0) }
            try Ledger.migrator.migrate(pool)
        } catch {
            try? pool.close()  // the first error is the one that counts
            throw error
        }
        return pool
    }

    private static func checkFormat(_ database: Database) throws {
        guard try Ledger.migrator.hasBeenSuperseded(database) else { return }
        throw RecordError(.newerFormat, "history.sqlite", "was written by a newer sternpost; use that version or newer")
    }

    private static func configuration(
        readonly: Bool,
        hearing: (@Sendable (_ statement: String) -> Void)?
    ) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.label = "sternpost.history"
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(busyLimit)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF")
            if let hearing { database.trace { event in hearing(event.expandedDescription) } }
        }
        return configuration
    }

    private static func makeFolder(_ folder: String) throws(RecordError) {
        var path = ""
        for part in folder.split(separator: "/", omittingEmptySubsequences: false) {
            path += path.isEmpty && part.isEmpty ? "/" : (path.isEmpty || path == "/" ? "" : "/") + part
            if mkdir(path, 0o700) != 0, errno != EEXIST, access(path, F_OK) != 0 {
                throw RecordError.system(errno, path)
            }
        }
    }

    /// Makes the file before SQLite does, so that no other user can ever read it; SQLite gives `-wal` and `-shm` its
    /// mode.
    private static func makeFile(_ path: String) throws(RecordError) {
        let file = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw RecordError.system(errno, path) }
        defer { Foundation.close(file) }
        guard fchmod(file, 0o600) == 0 else { throw RecordError.system(errno, path) }
    }
}
