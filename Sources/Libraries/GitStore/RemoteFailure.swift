// SPDX-License-Identifier: Apache-2.0
import CLibGit2

/// Turns what libgit2 says about a server into a cause and a remedy.
enum RemoteFailure {
    /// - Parameter host: Named in the message; the path for folders.
    static func explain(_ error: LibGit2Error, address: GitAddress) -> GitError {
        let said = error.message.isEmpty ? "\(error.call) failed" : error.message
        if error.has(category: GIT_ERROR_SSL) || error.has(code: GIT_ECERTIFICATE) { return explainTLS(said) }
        if let status = httpStatus(said) { return explainHTTP(status) }
        if error.has(code: GIT_EOWNER) {
            return GitError(
                .configuration,
                "\(said); the folder belongs to another user: change its owner, or run as that user"
            )
        }
        if said.contains("redirect") {
            return GitError(.redirected, "\(said); redirects to other hosts are not followed: use the final URL")
        }
        if error.has(code: GIT_EAUTH) {
            return GitError(.authentication, "\(said); check the credentials")
        }
        if address.scheme == .file {
            return error.has(code: GIT_ENOTFOUND)
                ? GitError(.missingRepository, "\(address.url) is no git repository; check the path")
                : GitError(.server, "\(address.url): \(said)")
        }
        let text = said.lowercased()
        for (part, reason, remedy) in phrases where text.contains(part) {
            return GitError(reason, "\(said); \(remedy)")
        }
        return error.has(category: GIT_ERROR_OS) ? GitError(.unreachable, said) : GitError(.server, said)
    }

    /// What libgit2 1.5.1, libssh2 1.10 and the usual git servers say.
    private static let phrases: [(String, GitError.Reason, String)] = [
        ("resolve address", .unreachable, "check the host name and DNS"),
        ("failed to connect", .unreachable, "check the address, the port and the firewall"),
        ("timed out", .unreachable, "check the address, the port and the firewall"),
        ("connection reset", .unreachable, "the connection broke; it is tried again"),
        ("unexpected eof", .unreachable, "the connection broke; it is tried again"),
        ("early eof", .unreachable, "the connection broke; it is tried again"),
        (
            "exchange encryption keys", .server,
            "libssh2 1.10 and the server share no algorithm; the server needs an ed25519 or ECDSA host key"
        ),
        ("failed to start ssh session", .unreachable, "the port answers, but not as an ssh server"),
        (
            "public key from private", .authentication,
            "identity cannot be read: wrong passphrase, or make a key with ssh-keygen -t ed25519"
        ),
        ("authenticat", .authentication, "check the ssh key and the login name"),
        ("not found", .missingRepository, "check the URL, and that the credentials may read it"),
        ("does not exist", .missingRepository, "check the URL, and that the credentials may read it"),
        ("does not appear to be a git", .missingRepository, "check the URL"),
        ("permission denied", .forbidden, "the credentials may not read this repository"),
        ("access denied", .forbidden, "the credentials may not read this repository"),
        ("content-type", .server, "the URL leads to a web page, not to a git server"),
        ("pack contains", .tooLarge, "the repository has too many objects"),
        ("too large", .tooLarge, "the repository holds an object above the limit"),
    ]

    private static func explainTLS(_ said: String) -> GitError {
        let text = said.lowercased()
        let remedy =
            if text.contains("expired") {
                "the server's certificate has expired: renew it, and check this machine's clock"
            } else if text.contains("common name") {
                "the certificate is for another name: use that host name (addresses cannot be checked)"
            } else if text.contains("trusted ca") {
                "its authority is not known here: put its certificate into the credentials as ca.crt"
            } else if text.contains("future") {
                "the certificate is not valid yet: check this machine's clock"
            } else if text.contains("load ca") {
                "ca.crt in the credentials holds no readable PEM certificate"
            } else {
                "the server must offer TLS 1.2 with AES-GCM (libgit2 1.5 has no TLS 1.3); ssh is the alternative"
            }
        return GitError(.tls, "\(said); \(remedy)")
    }

    private static func httpStatus(_ said: String) -> Int? {
        guard let range = said.firstRange(of: "unexpected http status code: ") else { return nil }
        return Int(said[range.upperBound...].prefix { $0.isNumber })
    }

    private static func explainHTTP(_ status: Int) -> GitError {
        switch status {
        case 401: GitError(.authentication, "the server refused the credentials (401); check them")
        case 403: GitError(.forbidden, "the server refuses access (403); the credentials may not read this repository")
        case 404, 410:
            GitError(
                .missingRepository,
                "the server has no such repository (\(status)); check the URL and the credentials' rights"
            )
        case 429: GitError(.server, "the server is asked too often (429); use a longer interval")
        case 500...: GitError(.server, "the server failed (\(status)); it is tried again")
        default: GitError(.server, "the server answered \(status), which git does not know; check the URL")
        }
    }
}
