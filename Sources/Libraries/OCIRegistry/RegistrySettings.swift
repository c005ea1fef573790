// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How the registries are reached, and how hard they may be asked.
package struct RegistrySettings: Sendable, Hashable {
    /// What is particular to one registry, mirror or token service.
    package struct Host: Sendable, Hashable {
        /// Other registries that hold the same repositories, tried in this order before the registry itself: hosts with
        /// or without a port. Each may have an entry of its own in ``RegistrySettings/hosts``, and credentials of its
        /// own name.
        package var mirrors: [String]
        /// The authorities (PEM) that sign its certificate, instead of the system's.
        package var authorities: [UInt8]?
        /// Whether it is spoken to over plain http, and only so.
        package var insecure: Bool

        /// A host with what is particular to it.
        package init(mirrors: [String] = [], authorities: [UInt8]? = nil, insecure: Bool = false) {
            self.mirrors = mirrors
            self.authorities = authorities
            self.insecure = insecure
        }
    }

    /// By host with or without a port, as image names have it: `docker.io`, `registry.example.com:5000`.
    package var hosts: [String: Host]
    /// Calls to one registry that run at a time; others wait. A call sends one request after the other.
    package var callsInFlight: Int
    /// The longest time until a connection stands.
    package var connectDeadline: Duration
    /// The longest time for one call to one registry, with its redirects, tokens and second looks.
    package var callDeadline: Duration
    /// The first pause after a failure, when the registry names none; doubles with each failure in a row.
    package var firstPause: Duration
    /// The longest pause that is of our own making.
    package var longestPause: Duration
    /// The environment in which `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are looked up; empty for no proxy.
    package var proxyEnvironment: [String: String]

    /// The settings of a cluster that needs nothing particular, but for what is given.
    package init(
        hosts: [String: Host] = [:],
        callsInFlight: Int = 4,
        connectDeadline: Duration = .seconds(10),
        callDeadline: Duration = .seconds(30),
        firstPause: Duration = .seconds(30),
        longestPause: Duration = .seconds(30 * 60),
        proxyEnvironment: [String: String] = [:]
    ) {
        self.hosts = hosts
        self.callsInFlight = callsInFlight
        self.connectDeadline = connectDeadline
        self.callDeadline = callDeadline
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.proxyEnvironment = proxyEnvironment
    }
}

/// The time of day and the time that never jumps, so that tests can set both.
package struct RegistryClock: Sendable {
    /// For pauses and the life of tokens.
    package let instant: @Sendable () -> ContinuousClock.Instant
    /// For dates that registries write, and for showing.
    package let date: @Sendable () -> Date

    /// Clocks of a test.
    package init(
        instant: @escaping @Sendable () -> ContinuousClock.Instant,
        date: @escaping @Sendable () -> Date
    ) {
        self.instant = instant
        self.date = date
    }

    /// The clocks of the machine.
    package static let system = RegistryClock(instant: { .now }, date: { .now })
}
