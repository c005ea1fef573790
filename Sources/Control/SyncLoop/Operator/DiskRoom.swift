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

/// When the next pass is due after passes that could do nothing. Pure: the time and the room are parameters.
struct PassDelay: Sendable {
    private var failures = 0
    private var retryAt: ContinuousClock.Instant?
    private var scarceBytes: UInt64?

    /// Whether a pass is due.
    func isDue(at now: ContinuousClock.Instant) -> Bool {
        guard failures > 0, let retryAt else { return true }
        return now >= retryAt
    }

    /// Notes how a pass ended.
    ///
    /// - Parameters:
    ///   - outcome: How.
    ///   - now: When.
    ///   - interval: How often the project is compared.
    ///   - freeBytes: The room on the disk of the data folder then; asked for only where the pass could do nothing.
    mutating func passed(
        _ outcome: PassOutcome,
        at now: ContinuousClock.Instant,
        interval: Duration,
        freeBytes: @autoclosure () -> UInt64?
    ) {
        failures = outcome.needsRetry ? failures + 1 : 0
        retryAt = now.advanced(by: StepBackoff.delay(after: failures, interval: interval))
        scarceBytes = failures > 0 ? DiskRoom.scarce(freeBytes()) : nil
    }

    /// Whether the disk has more room than the pass had that failed.
    func hasRoom(_ freeBytes: UInt64?) -> Bool { DiskRoom.hasGrown(freeBytes, since: scarceBytes) }

    /// Makes the next pass due now.
    mutating func end() { failures = 0 }
}
