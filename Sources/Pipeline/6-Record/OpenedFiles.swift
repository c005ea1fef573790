// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// The files of a history as they were when this process opened them.
///
/// What is written to a file that was deleted or replaced meanwhile is lost when the process ends. That is looked for before
/// each row, and once seen it stays so: a file that comes back is another one, or has missed rows.
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
    init(folder: String, names: [String]) {
        self.folder = folder
        known = names.compactMap { name in OpenedFiles.identity(of: "\(folder)/\(name)").map { (name, $0) } }
    }

    /// Looks at the files again.
    ///
    /// - Throws: ``RecordError`` with reason `replaced`, from the first loss on at each call.
    func check() throws(RecordError) {
        let found = loss.withLock { loss -> RecordError? in
            if loss == nil,
                let changed = known.first(where: { identity in
                    OpenedFiles.identity(of: "\(folder)/\(identity.name)") != identity.identity
                })
            {
                loss = RecordError(
                    .replaced,
                    "\(folder)/\(changed.name)",
                    "was deleted or replaced while this process wrote to it, so nothing is changed any more; put the folder"
                        + " back if it was moved, then restart"
                )
            }
            return loss
        }
        if let found { throw found }
    }

    private static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: status.st_dev, inode: status.st_ino)
    }
}
