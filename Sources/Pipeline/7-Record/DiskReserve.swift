// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file whose only use is its size: when the disk is full it is removed, so that the outcome of writes that have
/// happened can still be written down.
struct DiskReserve: Sendable {
    /// Enough for thousands of outcome rows.
    static let bytes: off_t = 2 << 20

    let path: String

    init(folder: String) { path = folder + "/history.reserve" }

    /// Takes the space. False when there is none, which is not an error: the next start tries again.
    func take() -> Bool {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return false }
        defer { Foundation.close(file) }
        if posix_fallocate(file, 0, Self.bytes) == 0 { return true }
        unlink(path)
        return false
    }

    /// Takes the space again after it was given back. False when there is still none.
    func takeAgain() -> Bool { isTaken || take() }

    /// Whether the file is there.
    var isTaken: Bool { access(path, F_OK) == 0 }

    /// Gives the space back. False when it was given back before.
    func giveUp() -> Bool { unlink(path) == 0 }
}
