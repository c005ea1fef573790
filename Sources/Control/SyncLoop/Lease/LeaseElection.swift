// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Decides, look by look, whether a lease may be taken. Pure: what was read and what time it is come from outside.
///
/// The rules are client-go's. Above all: another holder's time runs from the moment when *we* last saw its record
/// change, on our own clock. The times in the record are never compared with anything, so a clock that is wrong or that
/// jumps, here or there, neither keeps a dead leader alive nor takes a living one's place.
package struct LeaseElection: Sendable {
    /// What to do after a look.
    package enum Move: Sendable, Hashable {
        /// Store this record; it goes in only if nobody was faster.
        case write(LeaseRecord)
        /// Somebody else leads. `isAlive` when it was seen to renew, not only to be written there.
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
    ///   - now: The time of the look.
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
