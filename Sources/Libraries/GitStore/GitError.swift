// SPDX-License-Identifier: Apache-2.0

/// Why a repository could not be read.
///
/// `message` is one line with the cause and its remedy. It quotes servers, so it must pass the redactor before it is
/// shown.
package struct GitError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed list of causes; the raw value crosses the border of the worker process.
    package enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// The URL, the ref, the path or a credential file is malformed or not allowed.
        case configuration
        /// The host name does not resolve, nothing listens, or the connection broke.
        case unreachable
        /// The deadline passed; the worker process was killed.
        case timeout
        /// The caller's task was cancelled.
        case cancelled
        /// Name, password, token or ssh key were refused, or none were given where the server wants some.
        case authentication
        /// The server accepts the credentials and denies access (HTTP 403).
        case forbidden
        /// The server has no such repository (HTTP 404, or no such folder).
        case missingRepository
        /// `known_hosts` has no key for this ssh host.
        case unknownHostKey
        /// `known_hosts` has another key for this ssh host.
        case hostKeyChanged
        /// `known_hosts` marks this host's key as `@revoked`.
        case hostKeyRevoked
        /// The server's certificate is not trusted, expired or for another name, or no common TLS version exists.
        case tls
        /// The server redirects; redirects are never followed.
        case redirected
        /// The server answered something that is not git's protocol, or an error of its own (HTTP 5xx).
        case server
        /// The branch, tag, version or commit does not exist.
        case missingRef
        /// The object is not in the mirror.
        case missingObject
        /// The mirror on disk cannot be read as git wrote it.
        case corruptMirror
        /// A limit on bytes or objects was passed.
        case tooLarge
        /// The local disk refused: full, read-only or not ours.
        case storage
        /// The worker process could not be started or died without an answer.
        case worker
    }

    package let reason: Reason
    /// One line: what failed, where, why, and what to do.
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { message }

    /// Whether the same call may succeed later without any change by a person.
    package var isRetryable: Bool {
        switch reason {
        case .unreachable, .timeout, .server, .corruptMirror, .missingObject, .storage, .worker: true
        default: false
        }
    }
}
