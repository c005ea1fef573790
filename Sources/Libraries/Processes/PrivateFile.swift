// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Files that only we may read.
package enum PrivateFile {
    /// Writes a file of mode 0600 in one step: readers see the old bytes or the new ones, never half of them, and a failure
    /// leaves the old file as it was.
    ///
    /// - Parameters:
    ///   - bytes: All that the file will hold.
    ///   - path: Where; a symbolic link there is replaced, not followed.
    ///   - isDurable: Whether the bytes must be on the disk before the file is there.
    /// - Throws: ``SystemFailure``.
    package static func write(_ bytes: [UInt8], to path: String, isDurable: Bool = false) throws(SystemFailure) {
        // A name that no other thread or process has, each of which may be writing the same file.
        let draft = "\(path)\(draftMark)\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SystemFailure(code: errno) }
        var code: Int32 = 0
        var rest = bytes[...]
        while code == 0, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                code = errno
            }
        }
        if code == 0, isDurable, fsync(file) != 0 { code = errno }
        // Some file systems say only here that they are full.
        if close(file) != 0, code == 0 { code = errno }
        if code == 0, rename(draft, path) != 0 { code = errno }
        guard code == 0 else {
            unlink(draft)
            throw SystemFailure(code: code)
        }
    }

    /// Between a file's path and what is its draft's alone.
    private static let draftMark = ".draft."

    /// Removes the drafts of a file that a killed process has left. Where the folder is missing there are none.
    ///
    /// - Parameters:
    ///   - path: The file itself, which stays.
    ///   - isAtWork: Whether the process that began a draft may still be writing it; such a draft stays. By default none is:
    ///     for who alone writes the file, and may have the process id of the one that was killed.
    /// - Throws: ``SystemFailure`` when the folder cannot be read, or a draft cannot be removed; the others are removed then.
    package static func removeDrafts(
        of path: String,
        sparing isAtWork: (pid_t) -> Bool = { _ in false }
    ) throws(SystemFailure) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { path[...$0] } ?? "./"
        let start = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + draftMark
        guard let stream = opendir(String(folder)) else {
            guard errno != ENOENT else { return }
            throw SystemFailure(code: errno)
        }
        defer { closedir(stream) }
        var code: Int32 = 0
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { code = errno }
                break
            }
            let name = PrivateFile.name(of: entry)
            guard name.hasPrefix(start) else { continue }
            let writer = pid_t(name.dropFirst(start.count).prefix { $0 != "." })
            if let writer, isAtWork(writer) { continue }
            if unlink("\(folder)\(name)") != 0, errno != ENOENT { code = errno }
        }
        if code != 0 { throw SystemFailure(code: code) }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        let size = MemoryLayout.size(ofValue: entry.pointee.d_name)
        return withUnsafePointer(to: &entry.pointee.d_name) { name in
            name.withMemoryRebound(to: CChar.self, capacity: size) { String(cString: $0) }
        }
    }

    /// Whether there is a process with this id, ours or another user's.
    package static func isRunning(_ process: pid_t) -> Bool {
        process > 0 && (kill(process, 0) == 0 || errno == EPERM)
    }
}
