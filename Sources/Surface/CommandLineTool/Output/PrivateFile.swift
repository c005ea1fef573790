// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Files that hold credentials.
package enum PrivateFile {
    /// Writes a file of mode 0600 in one step: readers see the old text or the new one, never half of it.
    package static func write(_ text: String, to path: String) throws {
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
        let isMade = FileManager.default.createFile(
            atPath: temporary,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade, rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            try? FileManager.default.removeItem(atPath: temporary)
            throw CommandFailure("\(path): cannot be written: \(reason)")
        }
    }
}
