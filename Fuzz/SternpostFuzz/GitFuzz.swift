// SPDX-License-Identifier: Apache-2.0
@testable import GitStore

/// What says where a repository is, who its server is, and which tag is wanted.
enum GitFuzz {
    /// An accepted address means one thing only: read again it is the same, and nothing in it could be an option, a
    /// command or a second line.
    static func address(_ bytes: [UInt8]) {
        guard let address = try? GitAddress(String(decoding: bytes, as: UTF8.self)) else { return }
        require(!address.url.utf8.contains { $0 <= 0x20 || $0 == 0x7F } || address.scheme == .file, "blanks")
        if address.scheme == .file {
            // By bytes: a slash with a combining mark behind it is another letter, and still a slash to the file system.
            require(address.url.utf8.first == UInt8(ascii: "/"), "a relative folder: \(address.url)")
            return
        }
        require(!address.host.isEmpty && !address.host.hasPrefix("-") && !address.user.hasPrefix("-"), "an option")
        require((1...65_535).contains(address.port), "a port \(address.port)")
        require(!address.url.utf8.contains { "'\"`$;|&<>\\".utf8.contains($0) }, "a shell's character")
        require((try? GitAddress(address.url)) == address, "read twice it differs: \(address.url)")
        require(address.isSameServer(as: address.url), "not its own server")
    }

    /// The first line is a range, the others are tags.
    static func version(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let tags = lines.dropFirst().prefix(64).map(String.init)
        let versions = tags.compactMap { SemanticVersion(tag: $0) }.sorted(by: <)
        for (left, right) in zip(versions, versions.dropFirst()) {
            require(!(right < left), "an order that is none")
        }
        guard let range = try? VersionRange(String(lines.first ?? "")) else { return }
        if let tag = range.highest(of: tags) {
            require(SemanticVersion(tag: tag).map(range.contains) == true, "a tag outside of the range")
        } else {
            require(!versions.contains(where: range.contains), "a tag inside that was not found")
        }
    }

    static func knownHosts(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let hosts = KnownHosts(text)
        let key = Array(bytes.suffix(64))
        for host in ["git.example.com", "127.0.0.1", "::1"] {
            for port in [22, 2222] {
                _ = hosts.verdict(on: key, host: host, port: port)
                _ = hosts.keyTypes(host: host, port: port)
            }
        }
        // A key that no line can hold is never trusted.
        require(hosts.verdict(on: [], host: "git.example.com", port: 22) != .trusted, "an empty key is trusted")
    }

    /// A damaged key is an error in words that hold nothing of it.
    static func privateKey(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(GitError) { try PrivateKey.check(text, hasPassphrase: false) } catch {
            // Bytes are compared: Foundation's `contains` traps when what is looked for holds NUL.
            let words = Array(error.description.utf8)
            for line in text.split(whereSeparator: \.isNewline) where line.utf8.count >= 32 {
                require(!words.contains(Array(line.utf8)), "a line of the key in the error")
            }
        }
        _ = KnownHosts.keyType(of: bytes)
        _ = KnownHosts.fingerprint(bytes)
    }
}
