// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Files that only we may read.
enum PrivateFile {
    /// Replaces the file in one step.
    static func write(_ text: String, to path: String) throws(GitError) {
        let temporary = "\(path).\(getpid())"
        do {
            try Data(text.utf8).write(to: URL(filePath: temporary))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: temporary)
        } catch {
            throw MirrorFolder.storage("cannot write \(path)", error)
        }
        guard rename(temporary, path) == 0 else { throw MirrorFolder.storage("cannot write \(path)", errno) }
    }
}
