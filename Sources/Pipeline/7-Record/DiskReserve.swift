// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file whose only use is its size: when the disk is full it is cut or removed, so that the outcome of writes that have
/// happened can still be written down.
struct DiskReserve: Sendable {
    /// What the room is given up for.
    enum Use: Sendable {
        /// Rows of a run that has not ended, and outcomes; leaves the last part.
        case rows
        /// The end of a run; leaves nothing.
        case end
    }

    /// Enough for thousands of outcome rows.
    static let bytes: off_t = 2 << 20
    /// The part that only ends of runs may use: however many rows come before, the end fits.
    static let lastBytes: off_t = 512 << 10

    let path: String

    init(folder: String) { path = folder + "/history.reserve" }

    /// Takes the space. False when there is too little, which is not an error: the next start tries again. A part that was
    /// left stays then.
    func take() -> Bool {
        let left = size
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return false }
        defer { Foundation.close(file) }
        if posix_fallocate(file, 0, Self.bytes) == 0 { return true }
        if left == 0 || ftruncate(file, left) != 0 { unlink(path) }
        return false
    }

    /// Takes the space again after it was given back. False when there is still too little.
    func takeAgain() -> Bool { isWhole || take() }

    /// Whether nothing of it was given back.
    var isWhole: Bool { size >= Self.bytes }

    /// Whether the file is there, be it whole or not.
    var isThere: Bool { access(path, F_OK) == 0 }

    /// Gives the space back, or a part of it. False when it was given back before.
    @discardableResult
    func giveUp(for use: Use) -> Bool {
        switch use {
        case .rows: size > Self.lastBytes && truncate(path, Self.lastBytes) == 0
        case .end: unlink(path) == 0
        }
    }

    /// 0 when there is no file.
    private var size: off_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_size : 0
    }
}
