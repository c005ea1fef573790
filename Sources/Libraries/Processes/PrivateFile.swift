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

    /// Removes the drafts of a file that a killed process has left. Only for who alone writes the file: the draft of another
    /// writer would go as well.
    package static func removeDrafts(of path: String) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? "."
        let start = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + draftMark
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "/" : folder) else {
            return
        }
        for name in names where name.hasPrefix(start) { unlink("\(folder)/\(name)") }
    }
}
