// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire

/// Where a host name written by others may lead: rules for token realms and redirects.
enum RegistryAddress {
    /// Whether a host is this machine by name or address: `localhost`, `127.0.0.0/8`, `::1`.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" { return true }
        guard let bytes = bytes(of: host) else { return false }
        return bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// Whether a host is an address, or a name of this machine, that must not be reached from outside: loopback,
    /// private, link-local, unspecified, multicast. Addresses in odd spellings (`127.1`, `0x7f000001`) too.
    static func isInternal(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        guard let bytes = bytes(of: host) else { return looksNumeric(host) }
        if bytes.count == 4 {
            switch (bytes[0], bytes[1]) {
            case (0, _), (10, _), (127, _), (169, 254), (172, 16...31), (192, 168), (100, 64...127), (224..., _):
                return true
            default: return false
            }
        }
        let isZero = bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
        return isZero || bytes[0] & 0xFE == 0xFC || bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 || bytes[0] == 0xFF
    }

    /// Whether a host is this machine, its link or a cloud's metadata service by its mere spelling; what a name leads to is
    /// looked at when it has been looked up.
    static func isOfThisMachine(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        return IPAddress(host)?.isOfThisMachine ?? looksNumeric(host)
    }

    /// 4 or 16 bytes; IPv4 written as IPv6 is IPv4. Nil when the host is no address in the usual spelling.
    private static func bytes(of host: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, host, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, host, &sixteen) == 1 else { return nil }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        return sixteen.starts(with: mapped) ? Array(sixteen.dropFirst(12)) : sixteen
    }

    /// Whether the last part of a name is a number, so that resolvers take the whole for an address.
    private static func looksNumeric(_ host: String) -> Bool {
        if host.contains(":") || host.contains("%") { return true }
        guard let last = host.split(separator: ".").last else { return true }
        return last.utf8.allSatisfy(Grammar.isDigit) || last.hasPrefix("0x")
    }

    /// Judges a URL that a registry wrote.
    ///
    /// - Parameters:
    ///   - url: An absolute URL.
    ///   - registry: Who wrote it.
    ///   - what: Names the URL in the error: `token realm`.
    ///   - settings: A host with an entry here may be an inner address.
    /// - Returns: Its server.
    /// - Throws: ``RegistryError`` with `untrusted` unless it is https (or http, when the registry itself is), without user
    ///   info, and no address of an inner network (unless the registry's own).
    static func checked(
        _ url: String,
        from registry: HTTPOrigin,
        what: String,
        settings: RegistrySettings
    ) throws(RegistryError) -> HTTPOrigin {
        func refused(_ why: String) -> RegistryError {
            let shown = url.prefix { $0 != "?" && $0 != "#" }
            return RegistryError(
                reason: .untrusted,
                message:
                    "\(registry.authority): its \(what) \(shown) is refused: \(why); check the registry's configuration"
            )
        }
        guard url.utf8.count <= 8 << 10, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !url.contains("#"),
            let origin = HTTPOrigin(url: url)
        else { throw refused("it is no http(s) URL") }
        guard origin.scheme == "https" || registry.scheme == "http" else { throw refused("it is not https") }
        guard origin.host == registry.host || settings.hosts[origin.authority] != nil || !isInternal(origin.host)
        else {
            throw refused("it is an address of an inner network")
        }
        return origin
    }
}
