// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Which credentials Kubernetes would try for an image: those of all pull Secrets together, the most particular place
/// first (kubernetes, pkg/credentialprovider/keyring.go). It never prints what it holds.
package struct RegistryKeyring: Sendable, Hashable {
    /// A place and a credential for it.
    private struct Entry: Sendable, Hashable {
        let place: RegistryPlace
        let credential: RegistryCredential
    }

    /// In the order in which they are tried.
    private let entries: [Entry]

    /// No credentials: everything is read anonymously.
    package static let anonymous = RegistryKeyring([])

    /// A keyring of places, as `.dockerconfigjson` writes them, with their credentials.
    ///
    /// Places of which none can be made (see ``RegistryPlace``) are left out. Of the same place the earlier comes
    /// first.
    package init(_ credentials: [(place: String, credential: RegistryCredential)]) {
        self.init(
            entries: credentials.compactMap { pair in
                RegistryPlace(pair.place).map { Entry(place: $0, credential: pair.credential) }
            }
        )
    }

    /// The keyrings of several Secrets as one; of the same place the earlier Secret's comes first.
    package init(merging keyrings: [RegistryKeyring]) {
        self.init(entries: keyrings.flatMap(\.entries))
    }

    private init(entries: [Entry]) {
        // Reverse byte order, as Kubernetes sorts: the longer path before its beginning, names before globs.
        self.entries = entries.enumerated().sorted { left, right in
            let (a, b) = (left.element.place.text, right.element.place.text)
            return a == b ? left.offset < right.offset : b.precedesInByteOrder(a)
        }.map(\.element)
    }

    /// Whether there is no credential.
    package var isEmpty: Bool { entries.isEmpty }

    /// The credentials to try for an image, in order, each once; empty when only anonymous reading is left.
    package func credentials(for image: ImageReference) -> [RegistryCredential] {
        var found: [RegistryCredential] = []
        for entry in entries where entry.place.matches(image) && !found.contains(entry.credential) {
            found.append(entry.credential)
        }
        return found
    }
}

extension RegistryKeyring: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "a keyring with \(entries.count) credentials" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A key of `.dockerconfigjson`: `ghcr.io`, `https://index.docker.io/v1/`, `registry.example.com:5000/team`,
/// `*.example.com`.
///
/// A scheme and a leading `/v1` or `/v2` are dropped, the names of Docker Hub are one. `*` stands for letters of one
/// part of a host name, never for a dot.
struct RegistryPlace: Sendable, Hashable {
    let host: String
    let port: String
    /// Empty, or beginning with a slash.
    let path: String

    /// Docker Hub's names; they mean `docker.io`.
    static let hubNames: Set = ["docker.io", "index.docker.io", "registry-1.docker.io"]

    /// Nil for an empty text, one with user info or blanks, and one of more than 1024 bytes.
    init?(_ key: String) {
        guard (1...1024).contains(key.utf8.count),
            !key.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "@") })
        else { return nil }
        var rest = key[...]
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.utf8.count)
            break
        }
        rest = rest.prefix { $0 != "?" && $0 != "#" }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let (host, port) = RegistryPlace.split(rest[..<slash]) else { return nil }
        var path = rest[slash...]
        if path.hasPrefix("/v1/") || path.hasPrefix("/v2/") { path = path.dropFirst(3) }
        if path == "/v1" || path == "/v2" || path == "/" { path = "" }
        self.host = port.isEmpty && RegistryPlace.hubNames.contains(host) ? "docker.io" : host
        self.port = port
        self.path = String(path)
    }

    private static func split(_ authority: Substring) -> (host: String, port: String)? {
        var host = authority
        var port = ""[...]
        let isAddress = authority.hasPrefix("[")
        if let colon = authority.lastIndex(of: ":"), !isAddress || authority[..<colon].hasSuffix("]") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        return host.isEmpty ? nil : (String(host), String(port))
    }

    /// The sorted form.
    var text: String { "\(host)\(port.isEmpty ? "" : ":\(port)")\(path)" }

    /// The same port, as many parts of the host name that match one by one, and a path that the repository begins with
    /// (by letters, as Kubernetes compares: `/team` also begins `/teams/app`).
    func matches(_ image: ImageReference) -> Bool {
        guard let (imageHost, imagePort) = RegistryPlace.split(image.registry[...]), imagePort == port,
            "/\(image.repository)".hasPrefix(path)
        else { return false }
        let wanted = host.split(separator: ".", omittingEmptySubsequences: false)
        let actual = imageHost.split(separator: ".", omittingEmptySubsequences: false)
        return wanted.count == actual.count
            && zip(wanted, actual).allSatisfy { RegistryPlace.matches(Array($0.utf8), Array($1.utf8)) }
    }

    /// Whether a text fits a pattern with `*`. Linear but for the last star: no pattern takes long.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (place, index) = (0, 0)
        var star: (place: Int, index: Int)?
        while index < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, index)
                place += 1
            } else if place < pattern.count, pattern[place] == text[index] {
                place += 1
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                place = last.place + 1
                index = last.index + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
