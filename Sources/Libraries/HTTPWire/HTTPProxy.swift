// SPDX-License-Identifier: Apache-2.0

/// The way to a server: direct, or through a proxy.
package enum HTTPProxy: Sendable, Hashable {
    case none
    /// `http://`, `https://` or `socks5://`, with user info where the proxy wants it.
    case url(String)

    /// What `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or their small-letter forms) say about a URL.
    ///
    /// The rules are those of Go's `httpproxy`, so of kubectl: loopback is never proxied; entries of `NO_PROXY` are `*`,
    /// host names (which include their subdomains; subdomains only with a leading dot), addresses and CIDR blocks, each
    /// with an optional port.
    package static func fromEnvironment(for url: String, environment: [String: String]) -> HTTPProxy {
        guard let origin = HTTPOrigin(url: url) else { return .none }
        func value(_ name: String) -> String {
            let upper = environment[name] ?? ""
            return upper.isEmpty ? environment[name.lowercased()] ?? "" : upper
        }
        let proxy = value(origin.scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY")
        guard !proxy.isEmpty, !isExempt(origin, by: value("NO_PROXY")) else { return .none }
        return .url(proxy.contains("://") ? proxy : "http://\(proxy)")
    }

    private static func isExempt(_ origin: HTTPOrigin, by list: String) -> Bool {
        let address = IPAddress(origin.host)
        if origin.host == "localhost" || address?.isLoopback == true { return true }
        for entry in list.split(separator: ",") {
            let word =
                entry.trimmingPrefix { $0 == " " }.lowercased().split(separator: " ").first.map(String.init) ?? ""
            if word == "*" { return true }
            if let block = IPBlock(word) {
                if let address, block.contains(address) { return true }
                continue
            }
            guard let (host, port) = IPAddress(word) == nil ? HTTPOrigin.split(word) : (word, nil) else { continue }
            if let port, Int(port) != origin.port { continue }
            if let exempt = IPAddress(host) {
                if exempt == address { return true }
            } else if matches(origin.host, domain: host) {
                return true
            }
        }
        return false
    }

    private static func matches(_ host: String, domain: String) -> Bool {
        var domain = domain[...]
        if domain.hasPrefix("*.") { domain = domain.dropFirst() }
        guard !domain.isEmpty else { return false }
        if domain.hasPrefix(".") { return host.hasSuffix(domain) }
        return host == domain || host.hasSuffix(".\(domain)")
    }
}
