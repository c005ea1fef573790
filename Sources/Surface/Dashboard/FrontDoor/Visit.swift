// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// One connection, as the gate in front of it and the route that answers it know it. Its place in the ``ConnectionRoom`` is
/// taken until both are done with it: who closes a connection does not make room for more work.
final class Visit: Sendable {
    /// The visit whose request this task answers; nil outside of one.
    @TaskLocal static var current: Visit?

    private let room: ConnectionRoom
    private let ticket = Mutex<Int?>(nil)
    /// Ends when the client has left.
    private let presence: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(room: ConnectionRoom) {
        self.room = room
        let made = AsyncStream<Void>.makeStream()
        presence = made.stream
        end = made.continuation
    }

    /// Takes a place; false when there is none.
    func enter(_ channel: any Channel) -> Bool {
        let taken = room.enter(channel)
        ticket.withLock { $0 = taken }
        return taken != nil
    }

    /// Notes that the whole request has come.
    func hasAsked() { if let ticket = ticket.withLock({ $0 }) { room.hasAsked(ticket) } }

    /// Notes that the whole answer was handed to the system.
    func hasAnswered() { if let ticket = ticket.withLock({ $0 }) { room.hasAnswered(ticket) } }

    /// Notes that the client has hung up. It may still take an answer that is being made, but is not waited for: who has closed
    /// the connection looks the same as who only says no more, until something is sent.
    func hasLeft() { end.finish() }

    /// Notes that the connection is closed.
    func hasClosed() {
        hasLeft()
        if let ticket = ticket.withLock({ $0 }) { room.hasClosed(ticket) }
    }

    /// Notes that nothing is done for it any more.
    func isOver() { if let ticket = ticket.withLock({ $0 }) { room.leave(ticket) } }

    /// Runs work to its end, and cancels it when the client leaves meanwhile.
    ///
    /// - Throws: what `work` throws.
    func whilePresent<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask { [presence] in
                for await _ in presence {}
                return nil
            }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let value = ended { return value }
                group.cancelAll()
            }
            throw CancellationError()
        }
    }
}
