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
            let holder = FolderLock.holder(of: file).map { " (pid \($0))" } ?? ""
            Foundation.close(file)
            guard cause == EWOULDBLOCK else { throw RecordError.system(cause, path) }
            throw RecordError(
                .locked,
                folder,
                "another sternpost process\(holder) operates on this folder; wait until it has ended, stop it, or choose another "
                    + "--data-dir"
            )
        }
        descriptor = Mutex(file)
    }

    deinit { release() }

    /// The process that holds the lock of an open file, as far as the system tells; nil when it does not.
    private static func holder(of file: Int32) -> Int32? {
        var status = stat()
        guard fstat(file, &status) == 0,
            let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)  // not on every system
        else { return nil }
        return holder(in: locks, device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The process that holds a lock according to the text of `/proc/locks`, with lines such as
    /// `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`; nil when there is none of this process namespace.
    static func holder(in locks: String, device: UInt64, inode: UInt64) -> Int32? {
        let major = (device >> 8 & 0xFFF) | (device >> 32 & 0xFFFF_F000)
        let minor = (device & 0xFF) | (device >> 12 & 0xFFFF_FF00)
        let place = "\(twoDigits(major)):\(twoDigits(minor)):\(inode)"
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK", words[5] == place, let process = Int32(words[4]), process > 0
            else { continue }
            return process
        }
        return nil
    }

    private static func twoDigits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return text.count < 2 ? "0" + text : text
    }

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
