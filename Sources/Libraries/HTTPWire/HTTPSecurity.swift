// SPDX-License-Identifier: Apache-2.0

/// Whom a connection trusts and as whom it shows itself. TLS 1.2 is the least that is spoken.
///
/// It has no description of its own and is never logged: it may hold a private key.
package struct HTTPSecurity: Sendable, Hashable {
    /// Which certificates a server may show.
    package enum Trust: Sendable, Hashable {
        /// Those that the system's certificate authorities signed.
        case system
        /// Those that one of these authorities (PEM) signed, and no others.
        case only(authorities: [UInt8])
        /// Any certificate. Only where the user's configuration asks for it.
        case anything
    }

    /// A certificate chain and its key, both PEM.
    package struct Identity: Sendable, Hashable {
        package let certificate: [UInt8]
        package let key: [UInt8]

        package init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    package var trust: Trust
    package var identity: Identity?
    /// The name that the server's certificate must carry, and that SNI asks for, when it is not the URL's host.
    package var serverName: String?

    package init(trust: Trust = .system, identity: Identity? = nil, serverName: String? = nil) {
        self.trust = trust
        self.identity = identity
        self.serverName = serverName
    }
}
