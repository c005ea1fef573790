// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import Synchronization

/// Room for a bounded number of connections. Who asks at once finds a place also in a crowd of those who ask nothing: the
/// oldest of these gives way.
final class ConnectionRoom: Sendable {
    private struct State {
        var lastTicket = 0
        /// Those that have not sent a whole request yet.
        var asking: [Int: any Channel] = [:]
        var answered: Set<Int> = []
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
            if state.asking.count + state.answered.count >= limit {
                let now = ContinuousClock.now
                isNews = state.lastWarning.map { $0.duration(to: now) > ConnectionRoom.warningInterval } ?? true
                if isNews { state.lastWarning = now }
                guard let oldest = state.asking.keys.min() else { return (nil, nil, isNews) }
                evicted = state.asking.removeValue(forKey: oldest)
            }
            state.lastTicket += 1
            state.asking[state.lastTicket] = channel
            return (state.lastTicket, evicted, isNews)
        }
        evicted?.close(promise: nil)
        if isNews {
            logger.warning(
                "the port is crowded; the oldest connections that ask nothing are closed",
                metadata: ["address": "\(channel.localAddress?.description ?? "")", "connections": "\(limit)"]
            )
        }
        return ticket
    }

    /// Notes that the connection has sent its request: from now on it keeps its place.
    func hasAsked(_ ticket: Int) {
        state.withLock { state in
            if state.asking.removeValue(forKey: ticket) != nil { state.answered.insert(ticket) }
        }
    }

    /// Notes that the connection is closed. One that has asked keeps its place until it is given back: work that is under way
    /// for it counts.
    func hasClosed(_ ticket: Int) { state.withLock { $0.asking[ticket] = nil } }

    /// Takes a ticket back; one that was evicted may be given back as well.
    func leave(_ ticket: Int) {
        state.withLock { state in
            state.asking[ticket] = nil
            state.answered.remove(ticket)
        }
    }
}
