// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Processes

extension RecordError {
    /// Runs a body and turns what it throws into one of our errors.
    static func catching<Value>(_ folder: String, _ body: () throws -> Value) -> Result<Value, RecordError> {
        do {
            return .success(try body())
        } catch let error as RecordError {
            return .failure(error)
        } catch let error as DatabaseError {
            return .failure(RecordError(error, folder: folder))
        } catch {
            return .failure(RecordError(.failed, folder, "\(error)"))
        }
    }

    /// Runs a body that waits for the disk on a thread of its own, with the same errors; `failed` when there is no thread.
    static func blocking<Value: Sendable>(
        _ folder: String,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(RecordError) -> Value {
        let result: Result<Value, RecordError>
        do throws(ThreadFailure) {
            result = try await onOwnThread { catching(folder, body) }
        } catch {
            throw RecordError(.failed, folder, error.description)
        }
        return try result.get()
    }

    /// The I/O errors that a full disk, a quota or a limit on file sizes leads to besides `SQLITE_FULL`.
    private static let writeErrors: [ResultCode] = [
        .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE, .SQLITE_IOERR_SHMSIZE,
    ]

    /// The most file descriptors that an opening takes: the lock, the file, its log and the log's index, a reader's
    /// file and log; and two for other threads.
    private static let descriptors = 8

    /// EMFILE or ENFILE when there are too few file descriptors now; nil when there are enough.
    ///
    /// SQLite says `SQLITE_CANTOPEN` whatever the cause, and its connection, which knows the cause, is closed by then:
    /// its descriptors are free again, so a few free descriptors do not prove another cause.
    private static var shortageOfDescriptors: Int32? {
        var taken: [Int32] = []
        defer { for descriptor in taken { close(descriptor) } }
        while taken.count < descriptors {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                let code = errno
                return [EMFILE, ENFILE].contains(code) ? code : nil
            }
            taken.append(descriptor)
        }
        return nil
    }

    init(_ error: DatabaseError, folder: String) {
        let words = "SQLite says: \(error.message ?? "\(error.resultCode)")"
        if error.resultCode == .SQLITE_CANTOPEN, let code = RecordError.shortageOfDescriptors {
            self = .outOfDescriptors(code, folder, words)
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(.diskFull, folder, "the disk is full, nothing was written; free some space. \(words)")
        case .SQLITE_IOERR where Self.writeErrors.contains(error.extendedResultCode):
            self.init(.diskFull, folder, "the disk took no more; free some space, or lift the limit. \(words)")
        case .SQLITE_IOERR:
            self.init(.failed, folder, "the disk reports an error; check it. \(words)")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(.notWritable, folder, "cannot be opened for writing by this user; check owner and mode. \(words)")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(.busy, folder, "another process keeps the history locked; try again. \(words)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .corrupt,
                folder,
                "the file is damaged; a sync, or a restart of the operator, keeps it aside and begins a new one. \(words)"
            )
        default: self.init(.failed, folder, words)
        }
    }
}
