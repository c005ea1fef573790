// SPDX-License-Identifier: Apache-2.0

/// One way in which a registry wants to be asked, from its `WWW-Authenticate` headers (RFC 9110, 11.6.1).
package struct RegistryChallenge: Sendable, Hashable {
    /// The schemes that are known here; challenges of others are skipped.
    package enum Scheme: String, Sendable, Hashable {
        case basic, bearer
    }

    /// How the registry wants to be asked.
    package let scheme: Scheme
    /// Names in small letters; of repeated names the first.
    package let parameters: [String: String]

    /// A challenge; the names of parameters in small letters.
    package init(scheme: Scheme, parameters: [String: String] = [:]) {
        self.scheme = scheme
        self.parameters = parameters
    }

    /// Reads all challenges of all headers, in order. Total: where a header is broken or beyond a limit (16 KiB a
    /// header, 4 KiB a value, 16 challenges, 32 parameters each), its rest and the challenge in which that is are left
    /// out.
    package static func parse(_ headers: [String]) -> [RegistryChallenge] {
        var found: [RegistryChallenge] = []
        for header in headers.prefix(16) where header.utf8.count <= 16 << 10 {
            var reader = ChallengeReader(header)
            while found.count < 16, let next = reader.next() {
                if let challenge = next.challenge { found.append(challenge) }
            }
        }
        return found
    }
}

/// Walks over one `WWW-Authenticate` header.
private struct ChallengeReader {
    private let bytes: [UInt8]
    private var position = 0

    /// One challenge; nil inside when its scheme is unknown.
    typealias Step = (challenge: RegistryChallenge?, Void)

    init(_ header: String) { bytes = Array(header.utf8) }

    /// The next challenge; nil at the end, and where the header is broken.
    mutating func next() -> Step? {
        skip { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C }
        guard let name = token() else { return nil }
        var parameters: [String: String] = [:]
        var count = 0
        skipBlank()
        if !isParameterNext() { skipToken68() }
        while isParameterNext() {
            guard let (key, value) = parameter(), count < 32 else { return nil }
            count += 1
            if parameters[key] == nil { parameters[key] = value }
            skipBlank()
            guard position >= bytes.count || bytes[position] == 0x2C else { return nil }
            skip { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C }
        }
        let scheme = RegistryChallenge.Scheme(rawValue: name.lowercased())
        return (scheme.map { RegistryChallenge(scheme: $0, parameters: parameters) }, ())
    }

    private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
        while position < bytes.count, isSkipped(bytes[position]) { position += 1 }
    }

    private mutating func skipBlank() { skip { $0 == 0x20 || $0 == 0x09 } }

    /// Credentials of other schemes, such as `Negotiate abc==`.
    private mutating func skipToken68() {
        let start = position
        skip { Grammar.isAlphanumeric($0) || "-._~+/".utf8.contains($0) }
        guard position > start else { return }
        skip { $0 == UInt8(ascii: "=") }
        skipBlank()
        // A word that nothing separates from the next is a scheme of its own: go back.
        if position < bytes.count, bytes[position] != 0x2C { position = start }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        Grammar.isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private mutating func token() -> String? {
        let start = position
        skip(ChallengeReader.isTokenByte)
        guard position > start, position - start <= 128 else { return nil }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Whether `name = value` comes, rather than a scheme or `token68`.
    private func isParameterNext() -> Bool {
        var ahead = self
        guard ahead.token() != nil else { return false }
        ahead.skipBlank()
        guard ahead.position < bytes.count, bytes[ahead.position] == UInt8(ascii: "=") else { return false }
        ahead.position += 1
        ahead.skipBlank()
        guard ahead.position < bytes.count else { return false }
        return bytes[ahead.position] == 0x22 || ChallengeReader.isTokenByte(bytes[ahead.position])
    }

    private mutating func parameter() -> (key: String, value: String)? {
        guard let key = token() else { return nil }
        skipBlank()
        position += 1  // "="
        skipBlank()
        guard bytes[position] == 0x22 else {
            let start = position
            // Not only tokens: some services write scopes and URLs without quotes.
            skip { $0 > 0x20 && $0 != 0x2C && $0 != 0x22 && $0 != 0x7F }
            guard position > start, position - start <= 4 << 10 else { return nil }
            return (key.lowercased(), String(decoding: bytes[start..<position], as: UTF8.self))
        }
        position += 1
        var value: [UInt8] = []
        while position < bytes.count, value.count <= 4 << 10 {
            switch bytes[position] {
            case 0x22:
                position += 1
                return (key.lowercased(), String(decoding: value, as: UTF8.self))
            case 0x5C:
                guard position + 1 < bytes.count else { return nil }
                value.append(bytes[position + 1])
                position += 2
            default:
                value.append(bytes[position])
                position += 1
            }
        }
        return nil
    }
}
