// SPDX-License-Identifier: Apache-2.0

/// The way to a server: direct, or through a proxy.
package enum HTTPProxy: Sendable, Hashable {
    case none
    /// `http://`, `https://` or `socks5://`, with user info where the proxy wants it.
    case url(String)
}
