// SPDX-License-Identifier: Apache-2.0
import CLibGit2

/// Turns what libgit2 says during network work into a cause and a remedy.
enum RemoteFailure {
    /// A part of a message in lower case, and what it means.
    private typealias Phrase = (part: String, reason: GitError.Reason, remedy: String)

    /// - Parameters:
    ///   - error: The failed call.
    ///   - address: The server or folder.
    /// - Returns: The cause with the library's words and what to do.
    static func explain(_ error: LibGit2Error, address: GitAddress) -> GitError {
        let said = error.message.isEmpty ? "\(error.call) failed" : error.message
        let text = said.lowercased()
        if error.has(category: GIT_ERROR_SSL) || error.has(code: GIT_ECERTIFICATE) { return explainTLS(said) }
        if let status = httpStatus(said) { return explainHTTP(status) }
        // libgit2's own words tell only that it found no exception to its rule.
        if text.contains("safe.directory") {
            return GitError(
                .configuration,
                "the repository belongs to another user than this process, and such a one is not read (safe.directory); change "
                    + "the folder's owner, run as that user, or name it by an https or ssh URL"
            )
        }
        if let exact = find(text, in: own) {
            // libgit2 takes the path of a folder that is not there for an address of an unknown kind.
            if address.scheme == .file, exact.reason == .missingRepository {
                return GitError(exact.reason, LocalRepositoryForm.absence(at: address.url))
            }
            return GitError(exact.reason, "\(said); \(exact.remedy)")
        }
        if error.has(code: GIT_EAUTH) { return GitError(.authentication, "\(said); check the credentials") }
        if local.contains(where: error.has(category:)) { return GitError(.corruptMirror, said) }
        if let quoted = find(text, in: servers) { return GitError(quoted.reason, "\(said); \(quoted.remedy)") }
        return error.has(category: GIT_ERROR_OS) ? GitError(.unreachable, said) : GitError(.server, said)
    }

    private static func find(_ text: String, in phrases: [Phrase]) -> Phrase? {
        phrases.first { text.contains($0.part) }
    }

    /// Words of libgit2 1.5.1, libssh2 1.10 and the C library.
    private static let own: [Phrase] = [
        ("too many objects", .tooLarge, "the repository is too large; use a smaller one for manifests"),
        ("overly large", .tooLarge, "the repository holds a larger object than allowed; use another one for manifests"),
        ("out of memory", .tooLarge, "the server sends more than fits; use a smaller repository for manifests"),
        ("too large", .tooLarge, "the repository is too large; use a smaller one for manifests"),
        ("no space left", .storage, "free space in the data folder"),
        ("read-only file system", .storage, "make the data folder writable"),
        ("redirect", .redirected, "redirects to other hosts and ports are not followed: use the final URL"),
        ("is not owned by", .configuration, "change the folder's owner, or run as that user"),
        ("unsupported url protocol", .missingRepository, "there is no such folder: check the path"),
        ("could not find repository", .missingRepository, "check the path"),
        ("failed to resolve path", .missingRepository, "check the path"),
        ("resolve address", .unreachable, "check the host name and DNS"),
        ("failed to connect", .unreachable, "check the address, the port and the firewall"),
        ("timed out", .unreachable, "check the address, the port and the firewall"),
        ("connection reset", .unreachable, "the connection broke; it is tried again"),
        ("unexpected eof", .unreachable, "the connection broke; it is tried again"),
        ("early eof", .unreachable, "the connection broke; it is tried again"),
        (
            "exchange encryption keys", .server,
            "the server needs an ed25519 or ECDSA host key and AES-CTR (libssh2 1.10)"
        ),
        ("failed to start ssh session", .unreachable, "the port answers, but not as an ssh server"),
        ("public key from private", .authentication, "identity is unreadable: a wrong passphrase or a damaged key"),
        ("failed to authenticate", .authentication, "check the ssh key, its passphrase and the login name"),
        ("content-type", .server, "the URL leads to a web page, not to a git server"),
    ]

    /// Words of git servers, quoted by libgit2.
    private static let servers: [Phrase] = [
        ("not found", .missingRepository, "check the URL, and that the credentials may read it"),
        ("does not exist", .missingRepository, "check the URL, and that the credentials may read it"),
        ("could not read from remote", .missingRepository, "check the URL, and that the credentials may read it"),
        ("does not appear to be a git", .missingRepository, "check the URL"),
        ("permission denied", .forbidden, "the credentials may not read this repository"),
        ("access denied", .forbidden, "the credentials may not read this repository"),
    ]

    /// Parts of libgit2 that read and write the disk: when one of them fails during a fetch, the mirror is damaged.
    private static let local = [
        GIT_ERROR_REFERENCE, GIT_ERROR_ZLIB, GIT_ERROR_REPOSITORY, GIT_ERROR_CONFIG, GIT_ERROR_ODB, GIT_ERROR_OBJECT,
        GIT_ERROR_TREE, GIT_ERROR_SHA,
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
            } else if text.contains("invalid ssl record") {
                "the port speaks no TLS: check the port, or is it plain http?"
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
                "the server has no such repository (\(status)); check the URL and the credentials"
            )
        case 429: GitError(.server, "the server is asked too often (429); use a longer interval")
        case 500...: GitError(.server, "the server failed (\(status)); it is tried again")
        default: GitError(.server, "the server answered \(status), which git does not know; check the URL")
        }
    }
}
