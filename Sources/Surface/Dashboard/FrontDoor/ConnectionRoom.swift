// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import Synchronization

/// Room for a bounded number of connections. Who asks at once finds a place also in a crowd of those who ask nothing, or who
/// have got their answer and do not leave: the oldest of these gives way.
final class ConnectionRoom: Sendable {
    private struct State {
        var lastTicket = 0
        /// Those that have not sent a whole request yet.
        var asking: [Int: any Channel] = [:]
        /// Those whose request is being answered.
        var answering: [Int: any Channel] = [:]
        /// Those that have got their answer, and whose client has not closed the connection yet.
        var leaving: [Int: any Channel] = [:]

        var count: Int { asking.count + answering.count + leaving.count }

        /// Takes the place of one that gives way; nil when none does.
        mutating func evict() -> (any Channel)? {
            if let oldest = leaving.keys.min() { return leaving.removeValue(forKey: oldest) }
            return asking.keys.min().flatMap { asking.removeValue(forKey: $0) }
        }
        var lastWarning: ContinuousClock.Instant?
    }

    /// How often the log tells of a crowd.
    private static let warningInterval = Duration.seconds(60)

    private let limit: Int
    private let logger: Logger
    private let state = Mutex(State())

    init(limit: Int, logger: Logger) {
        self.limit = limit
        self.logger = logger
    }

    /// A place for a connection, as a ticket to be given back; nil when every place is taken by a request that is being
    /// answered.
    func enter(_ channel: any Channel) -> Int? {
        let (ticket, evicted, isNews) = state.withLock { state -> (Int?, (any Channel)?, Bool) in
            var evicted: (any Channel)?
            var isNews = false
            if state.count >= limit {
                let now = ContinuousClock.now
                isNews = state.lastWarning.map { $0.duration(to: now) > ConnectionRoom.warningInterval } ?? true
                if isNews { state.lastWarning = now }
                evicted = state.evict()
                guard evicted != nil else { return (nil, nil, isNews) }
            }
            state.lastTicket += 1
            state.asking[state.lastTicket] = channel
            return (state.lastTicket, evicted, isNews)
        }
        evicted?.close(promise: nil)
        if isNews {
            logger.warning(
                "the port is crowded; the oldest connections that ask nothing, or have their answer, are closed",
                metadata: ["address": "\(channel.localAddress?.description ?? "")", "connections": "\(limit)"]
            )
        }
        return ticket
    }

    /// Notes that the connection has sent its request: from now on it keeps its place.
    func hasAsked(_ ticket: Int) {
        state.withLock { state in
            if let channel = state.asking.removeValue(forKey: ticket) { state.answering[ticket] = channel }
        }
    }

    /// Notes that the whole answer was handed to the system: nothing is done for the connection any more.
    func hasAnswered(_ ticket: Int) {
        state.withLock { state in
            if let channel = state.answering.removeValue(forKey: ticket) { state.leaving[ticket] = channel }
        }
    }

    /// Notes that the connection is closed. One whose answer is being made keeps its place until it is given back: work that
    /// is under way for it counts.
    func hasClosed(_ ticket: Int) {
        state.withLock { state in
            state.asking[ticket] = nil
            state.leaving[ticket] = nil
        }
    }

    /// Takes a ticket back; one that was evicted may be given back as well.
    func leave(_ ticket: Int) {
        state.withLock { state in
            state.asking[ticket] = nil
            state.answering[ticket] = nil
            state.leaving[ticket] = nil
        }
    }
}
