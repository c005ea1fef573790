// SPDX-License-Identifier: Apache-2.0
import Foundation
import PlainText

/// Where a repository is: a checked URL. Only forms whose meaning is beyond doubt are accepted.
package struct GitAddress: Sendable, Hashable {
    /// How the repository is reached.
    package enum Scheme: String, Sendable, Hashable {
        case https, http, ssh, file
    }

    package let scheme: Scheme
    /// Lower case, without brackets; empty for `file`.
    package let host: String
    package let port: Int
    /// The ssh login name; `git` when the URL names none.
    package let user: String
    /// What libgit2 is given: for `file` an absolute path.
    package let url: String

    /// - Parameter text: `https://host[:port]/path`, `ssh://[user@]host[:port]/path`, `[user@]host:path`, `file:///path` or a
    ///   path; `http` only to this machine.
    /// - Throws: ``GitError`` with reason `configuration`; its message never repeats a password.
    package init(_ text: String) throws(GitError) {
        guard !text.isEmpty, text.utf8.count <= 2_048, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw GitError(
                .configuration,
                "repository URL is empty, too long or has blanks; write it as git clone takes it"
            )
        }
        if let range = text.firstRange(of: "://") {
            try self.init(scheme: text[..<range.lowerBound].lowercased(), rest: text[range.upperBound...])
        } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
            try self.init(scp: text, colon: colon)
        } else if GitAddress.holdsLogin(text) {
            throw GitError(
                .configuration,
                "repository URL: an @, and no scheme; write it as https://host/path, with the password in the"
                    + " credentials"
            )
        } else {
            let path = text.hasPrefix("/") ? text : FileManager.default.currentDirectoryPath + "/" + text
            self.init(folder: path)
        }
    }

    private init(scheme name: String, rest: Substring) throws(GitError) {
        guard let scheme = Scheme(rawValue: name) else {
            throw GitError(
                .configuration,
                "repository URL: scheme \(OneLine.text(name, limit: 20)) is not allowed; use https or ssh"
            )
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = rest[slash...]
        var authority = rest[..<slash]
        if scheme == .file {
            guard authority.isEmpty || authority == "localhost", let plain = path.removingPercentEncoding,
                path.count > 1
            else {
                throw GitError(
                    .configuration,
                    "repository URL: file:// needs an absolute path, as in file:///srv/posts.git"
                )
            }
            self.init(folder: plain)
            return
        }
        let user = try GitAddress.removeUser(from: &authority, scheme: scheme)
        let (host, port) = try GitAddress.hostAndPort(authority, scheme: scheme)
        try GitAddress.checkPath(path, scheme: scheme)
        if scheme == .http, !GitAddress.isLoopback(host) {
            throw GitError(
                .configuration,
                "repository http://\(host): plain http is allowed only to this machine; use https, with ca.crt in the "
                    + "credentials if the server has its own authority"
            )
        }
        let login = scheme == .ssh ? "\(user ?? "git")@" : ""
        let place = host.contains(":") ? "[\(host)]" : host
        let isDefault = port == GitAddress.defaultPort(scheme)
        let url = "\(scheme.rawValue)://\(login)\(place)\(isDefault ? "" : ":\(port)")\(path)"
        self.init(scheme: scheme, host: host, port: port, user: user ?? "git", url: url)
    }

    private init(scp text: String, colon: String.Index) throws(GitError) {
        var authority = text[..<colon]
        let user = try GitAddress.removeUser(from: &authority, scheme: .ssh)
        let (host, port) = try GitAddress.hostAndPort(authority, scheme: .ssh)
        let path = text[text.index(after: colon)...]
        // `https:/user:password@host/path`, or the same without its scheme.
        guard user != nil || !path.contains("@") else {
            throw GitError(
                .configuration,
                "repository URL: an @ behind the colon; write it as https://host/path, with the password in the credentials,"
                    + " or as git@host:path"
            )
        }
        try GitAddress.checkPath(path, scheme: .ssh)
        let login = user ?? "git"
        self.init(scheme: .ssh, host: host, port: port, user: login, url: "\(login)@\(host):\(path)")
    }

    private init(folder: String) {
        let path = URL(filePath: folder).standardizedFileURL.path(percentEncoded: false)
        self.init(scheme: .file, host: "", port: 0, user: "", url: path)
    }

    private init(scheme: Scheme, host: String, port: Int, user: String, url: String) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.user = user
        self.url = url
    }

    /// The address as libgit2 takes it: a folder with a colon in its path would be a host, and needs the long form.
    var remote: String {
        guard scheme == .file, url.contains(":") else { return url }
        return "file://" + (url.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? url)
    }

    /// Whether a URL that libgit2 shows to a callback is on the server that the credentials are for.
    func isSameServer(as other: String) -> Bool {
        guard let address = try? GitAddress(other) else { return false }
        return address.scheme == scheme && address.host == host && address.port == port
    }
}

extension GitAddress {
    /// Whether what would be a folder is meant as an address with a login: `//user:password@host/path`, `//token@host/path`,
    /// or `https//user:password@host/path`. An absolute path with one slash is a folder whatever stands in it.
    private static func holdsLogin(_ path: String) -> Bool {
        if path.hasPrefix("//") { return path.drop { $0 == "/" }.prefix { $0 != "/" }.contains("@") }
        guard !path.hasPrefix("/") else { return false }
        let parts = path.split(separator: "/", maxSplits: 2)
        if parts.count > 1, Scheme(rawValue: parts[0].lowercased()) != nil, parts[1].contains("@") { return true }
        // `token@git.example.com/path`; a folder of that name is written `./a@b.c/path`.
        if parts.count > 1, let at = parts[0].firstIndex(of: "@"), parts[0][at...].contains(".") { return true }
        guard let colon = path.firstIndex(of: ":") else { return false }
        return path[colon...].contains("@")
    }

    private static func removeUser(from authority: inout Substring, scheme: Scheme) throws(GitError) -> String? {
        guard let at = authority.lastIndex(of: "@") else { return nil }
        let user = authority[..<at]
        authority = authority[authority.index(after: at)...]
        guard scheme == .ssh else {
            throw GitError(
                .configuration,
                "repository URL holds a name or password; move it to the credentials (username, password or token)"
            )
        }
        guard !user.isEmpty, !user.hasPrefix("-"), user.utf8.allSatisfy({ isPlain($0) || $0 == 0x2e }) else {
            throw GitError(
                .configuration,
                "repository URL: the ssh login may hold only letters, digits, dot, dash and underscore"
            )
        }
        return String(user)
    }

    private static func hostAndPort(_ authority: Substring, scheme: Scheme) throws(GitError) -> (String, Int) {
        var host = authority
        var port = defaultPort(scheme)
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard host.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit || $0 == 0x3a || $0 == 0x2e }),
                rest.isEmpty || rest.hasPrefix(":")
            else { throw badHost }
            if !rest.isEmpty { port = try number(rest.dropFirst()) }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                port = try number(authority[authority.index(after: colon)...])
            }
            guard host.utf8.allSatisfy({ isPlain($0) || $0 == 0x2e }), !host.hasPrefix("-") else { throw badHost }
        }
        guard !host.isEmpty else { throw badHost }
        return (host.lowercased(), port)
    }

    private static var badHost: GitError {
        GitError(
            .configuration,
            "repository URL: the host is not a host name; write it as https://host/path or git@host:path"
        )
    }

    private static func number(_ text: Substring) throws(GitError) -> Int {
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = Int(text),
            1...65_535 ~= port
        else { throw GitError(.configuration, "repository URL: the port is not a number from 1 to 65535") }
        return port
    }

    /// The path goes into a request line (https) or a quoted shell word (ssh), so quotes and the like are refused.
    private static func checkPath(_ path: Substring, scheme: Scheme) throws(GitError) {
        let extra: [UInt8] = Array((scheme == .ssh ? "/.~+@=,:" : "/.~+@=,:%()").utf8)
        guard path.utf8.count > (scheme == .ssh && !path.hasPrefix("/") ? 0 : 1), !path.hasPrefix("-"),
            path.utf8.allSatisfy({ isPlain($0) || extra.contains($0) })
        else {
            throw GitError(
                .configuration,
                "repository URL: the path is missing or holds a character other than letters, digits and "
                    + String(decoding: extra, as: UTF8.self) + "-_; rename the repository or encode it"
            )
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
        default: false
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || host == "::1"
            || octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }

    private static func defaultPort(_ scheme: Scheme) -> Int {
        switch scheme {
        case .https: 443
        case .http: 80
        case .ssh: 22
        case .file: 0
        }
    }
}
