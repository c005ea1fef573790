// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// The right to operate on a folder: an advisory lock that ends with the process, however that ends.
final class FolderLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock at once or not at all.
    ///
    /// - Throws: ``RecordError`` with reason `locked` or `notWritable`.
    init(folder: String) throws(RecordError) {
        let path = folder + "/history.lock"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw RecordError.system(errno, path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            Foundation.close(file)
            guard cause == EWOULDBLOCK else { throw RecordError.system(cause, path) }
            throw RecordError(
                .locked,
                folder,
                "another sternpost process operates on this folder; stop it or choose another --data-dir"
            )
        }
        descriptor = Mutex(file)
    }

    deinit { release() }

    /// Releases the lock; a second call does nothing.
    func release() {
        descriptor.withLock { held in
            if let file = held { Foundation.close(file) }
            held = nil
        }
    }
}

extension RecordError {
    /// What the operating system said about a path.
    static func system(_ code: Int32, _ path: String) -> RecordError {
        let words = String(cString: strerror(code))
        switch code {
        case EACCES, EPERM, EROFS, ELOOP, ENOTDIR, EISDIR:
            return RecordError(.notWritable, path, "\(words); give this user a folder that it owns with --data-dir")
        case EMFILE, ENFILE: return outOfDescriptors(code, path)
        case ENOSPC, EDQUOT, EFBIG: return RecordError(.diskFull, path, "\(words); free some space")
        case ENOENT: return RecordError(.missing, path, "\(words); check --data-dir")
        default: return RecordError(.failed, path, words)
        }
    }

    /// The process, or the system, has no file descriptor left for a path.
    static func outOfDescriptors(_ code: Int32, _ path: String, _ more: String = "") -> RecordError {
        let words =
            "out of file descriptors (\(String(cString: strerror(code)))); raise the limit: ulimit -n, or LimitNOFILE"
        return RecordError(.failed, path, "\(words) of the service\(more.isEmpty ? "" : ". \(more)")")
    }
}
