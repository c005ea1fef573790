// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import PlainText

/// An OpenSSH `known_hosts` file: which host keys are trusted. Nothing is ever added to it by us.
package struct KnownHosts: Sendable {
    /// What the file says about one key of one host.
    package enum Verdict: Sendable, Hashable {
        case trusted
        /// The host has no line.
        case unknown
        /// The host has lines, all with other keys.
        case changed
        /// A `@revoked` line names this key.
        case revoked
    }

    private struct Line: Sendable {
        let isRevoked: Bool
        /// The key signs host certificates and is not the key of a host.
        let isAuthority: Bool
        let hosts: Substring
        let keyType: String
        let key: [UInt8]
    }

    private let lines: [Line]

    /// Lines that are comments or malformed are skipped, as ssh does. libssh2 knows no host certificates, so lines with
    /// `@cert-authority` trust nothing.
    package init(_ text: String) {
        lines = text.split(whereSeparator: \.isNewline).compactMap { line in
            var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
            guard let first = fields.first, !first.hasPrefix("#") else { return nil }
            let isRevoked = first == "@revoked"
            let isAuthority = first == "@cert-authority"
            if isRevoked || isAuthority { fields = fields.dropFirst() }
            guard fields.count >= 3, let hosts = fields.first, !hosts.hasPrefix("@"),
                let key = Base64.bytes(of: String(fields[fields.startIndex + 2]))
            else { return nil }
            let keyType = String(fields[fields.startIndex + 1])
            return Line(isRevoked: isRevoked, isAuthority: isAuthority, hosts: hosts, keyType: keyType, key: key)
        }
    }

    /// - Parameters:
    ///   - key: The key as it goes over the wire, which is what the file holds in base64.
    ///   - host: Lower case.
    ///   - port: Other ports than 22 are looked up as `[host]:port` only.
    /// - Returns: What the lines for that host say, revocations first.
    package func verdict(on key: [UInt8], host: String, port: Int) -> Verdict {
        let found = keys(of: host, port)
        if found.contains(where: { $0.isRevoked && $0.key == key }) { return .revoked }
        let trusted = found.filter { !$0.isRevoked }
        if trusted.contains(where: { $0.key == key }) { return .trusted }
        return trusted.isEmpty ? .unknown : .changed
    }

    /// The kinds of key that the file has for a host, the strongest first: the server is asked for one of these, because
    /// it would show a key of a kind that the file does not have otherwise.
    package func keyTypes(host: String, port: Int) -> [String] {
        let found = keys(of: host, port).filter { !$0.isRevoked }
        return KnownHosts.preference.filter { type in found.contains { $0.keyType == type } }
    }

    /// Whether the file trusts an authority for the host, which would be enough for ssh.
    func hasAuthority(host: String, port: Int) -> Bool {
        lines.contains { $0.isAuthority && KnownHosts.matches($0.hosts, name: KnownHosts.name(host, port)) }
    }

    private func keys(of host: String, _ port: Int) -> [Line] {
        lines.filter { !$0.isAuthority && KnownHosts.matches($0.hosts, name: KnownHosts.name(host, port)) }
    }

    /// One plain line with a key of that kind, for libssh2, which picks the kind of key by its own `known_hosts`.
    func plainLine(host: String, port: Int, keyType: String) -> String? {
        let name = KnownHosts.name(host, port)
        let line = keys(of: host, port).first { !$0.isRevoked && $0.keyType == keyType }
        return line.map { "\(name) \(keyType) \(Base64.text(of: $0.key))\n" }
    }

    /// `SHA256:…` as `ssh-keygen -l` prints it.
    static func fingerprint(_ key: [UInt8]) -> String {
        let digest = Base64.text(of: Array(SHA256.hash(data: key)))
        return "SHA256:" + digest.prefix { $0 != "=" }
    }

    /// The kind that a wire key names in its first field; `unknown` when it names none.
    static func keyType(of key: [UInt8]) -> String {
        guard key.count > 4 else { return "unknown" }
        let length = key.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard 1...64 ~= length, key.count >= 4 + length else { return "unknown" }
        return OneLine.escaped(key[4..<(4 + length)])
    }

    private static let preference = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    ]

    private static func name(_ host: String, _ port: Int) -> String { port == 22 ? host : "[\(host)]:\(port)" }
}

extension KnownHosts {
    /// `hosts` is `|1|salt|hash`, or patterns with `*`, `?` and `!` separated by commas.
    private static func matches(_ hosts: Substring, name: String) -> Bool {
        if hosts.hasPrefix("|1|") {
            let parts = hosts.split(separator: "|")
            guard parts.count == 3, let salt = Base64.bytes(of: String(parts[1])),
                let hash = Base64.bytes(of: String(parts[2]))
            else { return false }
            let code = HMAC<Insecure.SHA1>.authenticationCode(for: Data(name.utf8), using: SymmetricKey(data: salt))
            return Array(code) == hash
        }
        var isFound = false
        for pattern in hosts.lowercased().split(separator: ",") {
            if pattern.hasPrefix("!") {
                if glob(Array(pattern.dropFirst().utf8)[...], Array(name.utf8)[...]) { return false }
            } else if glob(Array(pattern.utf8)[...], Array(name.utf8)[...]) {
                isFound = true
            }
        }
        return isFound
    }

    /// Iterative, so that no pattern costs more than the product of both lengths.
    private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        let star = UInt8(ascii: "*"), any = UInt8(ascii: "?")
        var p = pattern.startIndex, t = text.startIndex
        var retry: (pattern: Int, text: Int)?
        while t < text.endIndex {
            if p < pattern.endIndex, pattern[p] == star {
                retry = (p + 1, t)
                p += 1
            } else if p < pattern.endIndex, pattern[p] == any || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = retry {
                retry = (last.pattern, last.text + 1)
                p = last.pattern
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == star }
    }
}
