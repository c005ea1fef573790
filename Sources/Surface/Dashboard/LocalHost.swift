// SPDX-License-Identifier: Apache-2.0

/// Whether a request names this machine as its host: a web page elsewhere must not read ours through a name of its own.
enum LocalHost {
    /// - Parameter authority: A `Host` header: a name or address, with or without a port.
    /// - Returns: Whether it is a name or address of loopback.
    static func isNamed(by authority: String?) -> Bool {
        let text = authority ?? ""
        let names = ["localhost", "127.0.0.1", "[::1]"]
        return names.contains { name in
            guard text.hasPrefix(name) else { return false }
            let rest = text.dropFirst(name.count)
            guard !rest.isEmpty else { return true }
            let port = rest.dropFirst()
            return rest.first == ":" && (1...5).contains(port.utf8.count)
                && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
    }
}
