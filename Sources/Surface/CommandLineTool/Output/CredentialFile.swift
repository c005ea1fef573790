// SPDX-License-Identifier: Apache-2.0
import Processes

/// Files with credentials that a command writes where a person said.
package enum CredentialFile {
    /// Writes a file that only we may read, in one step.
    ///
    /// - Throws: ``CommandFailure`` with the path and the reason.
    package static func write(_ text: String, to path: String) throws(CommandFailure) {
        do throws(SystemFailure) { try PrivateFile.write(Array(text.utf8), to: path) } catch {
            throw CommandFailure("\(path): cannot be written: \(error)")
        }
    }
}
