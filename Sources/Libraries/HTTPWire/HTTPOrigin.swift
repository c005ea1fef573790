// SPDX-License-Identifier: Apache-2.0

/// The server part of an absolute `http` or `https` URL.
package struct HTTPOrigin: Sendable, Hashable {
    /// `http` or `https`.
    package let scheme: String
    /// In small letters; an IPv6 address without brackets.
    package let host: String
    package let port: Int
    /// `host[:port]` as written, for the `Host` header.
    package let authority: String
    /// Path and query, beginning with a slash; or empty.
    package let rest: String

    /// Nil for other schemes, for user info, for a missing host and for an invalid port.
    package init?(url: String) {
        guard let mark = url.firstRange(of: "://") else { return nil }
        scheme = url[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let behind = url[mark.upperBound...]
        let end = behind.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? behind.endIndex
        authority = String(behind[..<end])
        let tail = behind[end...]
        rest = tail.isEmpty || tail.hasPrefix("/") ? String(tail) : "/\(tail)"
        guard !authority.contains("@"), let (name, digits) = HTTPOrigin.split(authority), !name.isEmpty else {
            return nil
        }
        host = name.lowercased()
        if let digits {
            guard let number = Int(digits), (1...65535).contains(number) else { return nil }
            port = number
        } else {
            port = scheme == "https" ? 443 : 80
        }
    }

    /// The host as URLs write it: IPv6 addresses in brackets.
    package var urlHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Splits `host`, `host:port`, `[address]` and `[address]:port`.
    static func split(_ authority: String) -> (host: String, port: String?)? {
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            let host = String(authority[authority.index(after: authority.startIndex)..<close])
            let behind = authority[authority.index(after: close)...]
            if behind.isEmpty { return (host, nil) }
            return behind.hasPrefix(":") ? (host, String(behind.dropFirst())) : nil
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return (authority, nil)
        case 2: return (String(parts[0]), String(parts[1]))
        default: return nil
        }
    }
}
