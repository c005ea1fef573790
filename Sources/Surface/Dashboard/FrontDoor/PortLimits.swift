// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The limits of the port for its clients: how many, how long, how much.
package struct PortLimits: Sendable, Hashable {
    /// The most connections at a time; for one more, the oldest that has its answer gives way, or has not asked anything yet.
    package var connections: Int
    /// The longest time from the connection to the end of the request's headers; then 408.
    package var headDeadline: Duration
    /// The longest life of a connection, whatever it does.
    package var lifetime: Duration
    /// How long a connection may take to go away after its answer.
    package var closeGrace: Duration
    /// The most pages that are made at a time.
    package var pages: Int
    /// The most requests that wait for their page; for one more the answer is 503.
    package var waitingPages: Int

    /// The limits of an operator, but for what is given.
    package init(
        connections: Int = 64,
        headDeadline: Duration = .seconds(10),
        lifetime: Duration = .seconds(30),
        closeGrace: Duration = .seconds(1),
        pages: Int = 1,
        waitingPages: Int = 8
    ) {
        self.connections = max(1, connections)
        self.pages = max(1, pages)
        // Probes find a place beside those that wait.
        self.waitingPages = min(max(0, waitingPages), self.connections / 4)
        self.headDeadline = headDeadline
        self.lifetime = lifetime
        self.closeGrace = closeGrace
    }
}
