// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Decides, each time the lease was read, whether it may be taken. Pure: the record and the time are parameters.
///
/// The rules are client-go's. Above all: another holder's time runs from the moment when *we* last saw its record
/// change, on our own clock. The times in the record are never compared with anything, so a clock that is wrong or that
/// jumps, on either side, neither keeps a dead holder's lease nor takes that of a living one.
package struct LeaseElection: Sendable {
    /// What to do after the lease was read.
    package enum Move: Sendable, Hashable {
        /// Store this record; the write succeeds only if no other process was faster.
        case write(LeaseRecord)
        /// Another process holds the lease. `isAlive` when it was seen to renew, and not only found in the record.
        case wait(holder: String, isAlive: Bool)
    }

    private let identity: String
    private let duration: Duration
    private var seen: (record: LeaseRecord, since: ContinuousClock.Instant)?

    /// - Parameters:
    ///   - identity: Who asks.
    ///   - duration: What a record of ours is to say.
    package init(identity: String, duration: Duration) {
        self.identity = identity
        self.duration = duration
    }

    /// Takes in what is stored.
    ///
    /// - Parameters:
    ///   - record: The stored record; nil when there is no lease.
    ///   - now: When it was read.
    ///   - wallTime: For the record to be written; decides nothing.
    /// - Returns: To write, or to wait.
    package mutating func look(at record: LeaseRecord?, now: ContinuousClock.Instant, wallTime: Date) -> Move {
        let isAlive = seen != nil && record != seen?.record
        if record != seen?.record { seen = record.map { ($0, now) } }
        if let record, !record.holder.isEmpty, record.holder != identity, let since = seen?.since,
            since.advanced(by: .seconds(record.durationSeconds)) > now
        {
            return .wait(holder: record.holder, isAlive: isAlive)
        }
        return .write(LeaseRecord(of: identity, lasting: duration, after: record, now: wallTime))
    }
}
