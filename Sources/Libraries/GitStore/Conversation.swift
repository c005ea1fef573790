// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Sends a request over a socket and collects the answer and the complaints, all with limits, in one `poll` loop.
struct Conversation {
    /// How a conversation ended.
    enum End {
        /// The other side closed its end.
        case finished
        case late
        /// More was written than an answer may have.
        case tooLong
    }

    /// Everything read from the socket; complete when `run` returned `finished`.
    private(set) var answer: [UInt8] = []
    /// The first bytes of the child's standard error.
    private(set) var said: [UInt8] = []

    private let socket: Int32
    private let complaints: Int32
    private var unsent: ArraySlice<UInt8>

    private static let answerLimit = 1 << 20
    private static let saidLimit = 8 << 10

    init(socket: Int32, complaints: Int32, request: [UInt8]) {
        self.socket = socket
        self.complaints = complaints
        unsent = request[...]
    }

    /// Talks until the other side closes its end, breaks a limit, or time is up.
    mutating func run(until end: ContinuousClock.Instant) -> End {
        var isTalking = true, isComplaining = true
        while isTalking {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return .late }
            var events = Int16(POLLIN)
            if !unsent.isEmpty { events |= Int16(POLLOUT) }
            var watched = [
                pollfd(fd: socket, events: events, revents: 0),
                pollfd(fd: isComplaining ? complaints : -1, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds =
                min(left.components.seconds, 3_600) * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
            let count = poll(&watched, 2, Int32(milliseconds) + 1)
            if count < 0, errno != EINTR { return .late }
            guard count > 0 else { continue }
            if watched[1].revents != 0 {
                isComplaining = Conversation.receive(complaints, into: &said, limit: Conversation.saidLimit)
            }
            if watched[0].revents & Int16(POLLOUT) != 0 { sendSome() }
            if watched[0].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
                isTalking = Conversation.receive(socket, into: &answer, limit: Conversation.answerLimit)
            }
            if answer.count >= Conversation.answerLimit { return .tooLong }
        }
        // The last output may still be in the pipe; the writer is gone, so this does not wait.
        var rest = pollfd(fd: complaints, events: Int16(POLLIN), revents: 0)
        while isComplaining, poll(&rest, 1, 0) > 0 {
            isComplaining = Conversation.receive(complaints, into: &said, limit: Conversation.saidLimit)
        }
        return .finished
    }

    private mutating func sendSome() {
        let sent = unsent.withUnsafeBytes { bytes in
            send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if sent > 0 { unsent = unsent.dropFirst(sent) }
        // A child that reads nothing more is not a reason to stop: its answer says why.
        if sent < 0, errno != EAGAIN, errno != EINTR { unsent = [] }
        if unsent.isEmpty { shutdown(socket, Int32(SHUT_WR)) }
    }

    /// - Returns: False at the end of the stream. Bytes above the limit are dropped.
    private static func receive(_ descriptor: Int32, into bytes: inout [UInt8], limit: Int) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        bytes += chunk.prefix(min(count, limit - bytes.count))
        return count > 0
    }
}
