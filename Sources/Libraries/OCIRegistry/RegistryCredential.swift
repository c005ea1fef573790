// SPDX-License-Identifier: Apache-2.0

/// What a registry is to believe its reader with. It never prints: neither `description`, `debugDescription` nor `dump`
/// show any part of it.
package enum RegistryCredential: Sendable, Hashable {
    /// A name and a password, for HTTP basic or for the token service.
    case basic(username: String, password: String)
    /// A refresh token, for the token service (`identitytoken`).
    case identityToken(String, username: String)
    /// A bearer token that is sent to the registry unchanged (`registrytoken`).
    case registryToken(String)
}

extension RegistryCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "a registry credential" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
