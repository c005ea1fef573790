// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// The listening socket of a cluster and the connections that it has accepted and that are not served yet.
///
/// A connection that is accepted and then dropped unserved ends the process (a precondition of NIO's writer), so a server
/// that stops must close the socket first, and let the accepted ones be taken up, before its tasks are cancelled.
final class Listener: Sendable {
    private struct State: Sendable {
        var channel: (any Channel)?
        var unserved = 0
    }

    /// The longest wait for accepted connections to be taken up.
    private static let patience: Duration = .seconds(2)

    private let state = Mutex(State())

    /// The socket listens.
    func opened(_ channel: any Channel) { state.withLock { $0.channel = channel } }

    fileprivate func accepted() { state.withLock { $0.unserved += 1 } }
    fileprivate func taken() { state.withLock { $0.unserved -= 1 } }

    /// Closes the socket and returns when every accepted connection is being served.
    func close() async {
        guard let channel = state.withLock({ $0.channel }) else { return }
        // It fails only when the socket is closed already.
        try? await channel.close()
        let end = ContinuousClock.now + Listener.patience
        while state.withLock({ $0.unserved }) > 0, ContinuousClock.now < end {
            guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { return }
        }
    }
}

/// A kind of connection whose way from being accepted to being served a ``Listener`` follows.
struct FollowedChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let listener: Listener

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        listener.accepted()
        let listener = listener
        let ready = base.setup(channel: channel, logger: logger)
        ready.whenFailure { _ in listener.taken() }
        return ready
    }

    func handle(value: Base.Value, logger: Logger) async {
        listener.taken()
        await base.handle(value: value, logger: logger)
    }
}
