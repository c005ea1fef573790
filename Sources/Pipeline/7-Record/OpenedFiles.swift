// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// The files of a history as they were when this process opened them.
///
/// What is written to a file that was deleted or replaced meanwhile is lost when the process ends. That is checked
/// before each read and each row. Once seen it is final: a file that comes back is another one, or lacks rows.
final class OpenedFiles: Sendable {
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
    }

    private let folder: String
    private let known: [(name: String, identity: Identity)]
    private let loss = Mutex<RecordError?>(nil)

    /// - Parameters:
    ///   - folder: Where the files are.
    ///   - names: Those that exist and stay the same while this process has them open.
    /// - Throws: ``RecordError`` when the status of one cannot be read.
    init(folder: String, names: [String]) throws(RecordError) {
        self.folder = folder
        var known: [(name: String, identity: Identity)] = []
        for name in names {
            if let identity = try OpenedFiles.identity(of: "\(folder)/\(name)") { known.append((name, identity)) }
        }
        self.known = known
    }

    /// Checks the files again. Waits for the disk, so it is called on GRDB's own threads.
    ///
    /// - Throws: ``RecordError`` with reason `replaced`, at each call from the first loss on; with reason `failed` when
    ///   the status of a file cannot be read now, which says nothing about the next call.
    func check() throws(RecordError) {
        if let earlier = loss.withLock({ $0 }) { throw earlier }
        for file in known {
            let path = "\(folder)/\(file.name)"
            guard try OpenedFiles.identity(of: path) != file.identity else { continue }
            let error = RecordError(
                .replaced,
                path,
                "was deleted or replaced while this process wrote to it, so nothing is changed any more; put the folder"
                    + " back if it was moved, then restart"
            )
            loss.withLock { $0 = $0 ?? error }
            throw error
        }
    }

    /// Nil for a file that does not exist.
    private static func identity(of path: String) throws(RecordError) -> Identity? {
        var status = stat()
        guard stat(path, &status) != 0 else { return Identity(device: status.st_dev, inode: status.st_ino) }
        let code = errno
        guard code != ENOENT, code != ENOTDIR else { return nil }
        throw RecordError(
            .failed,
            path,
            "cannot be looked at (\(String(cString: strerror(code)))), so nothing was read or written; check the disk"
        )
    }
}
