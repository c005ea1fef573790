// SPDX-License-Identifier: Apache-2.0

/// The room on the disk of the data folder, which a pass may lack. Pure.
enum DiskRoom {
    /// What a disk has that is nearly full: less than this.
    private static let little: UInt64 = 16 << 20
    /// How much more is worth another try.
    private static let step: UInt64 = 64 << 10

    /// The room that a pass had which failed, when it may have failed for that; else nil.
    static func scarce(_ bytes: UInt64?) -> UInt64? { bytes.flatMap { $0 < little ? $0 : nil } }

    /// Whether there is more room than such a pass had.
    static func hasGrown(_ bytes: UInt64?, since scarce: UInt64?) -> Bool {
        guard let bytes, let scarce else { return false }
        return bytes >= scarce + step
    }
}
