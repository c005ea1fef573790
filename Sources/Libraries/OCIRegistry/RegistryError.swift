// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why a registry gave no answer, or not the one that was asked for. One image's matter unless the reason says
/// otherwise.
package struct RegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Sendable, Hashable {
        /// The repository is there, the tag or digest is not (404 MANIFEST_UNKNOWN).
        case tagMissing
        /// There is no such repository (404 NAME_UNKNOWN).
        case repositoryMissing
        /// 401 or 403 with every credential, anonymous too. Many registries say this of missing repositories.
        case denied
        /// 429: too many requests. The whole registry is left alone for a while.
        case rateLimited
        /// Nothing was sent: the registry failed or refused before, and is left alone until then.
        case backingOff(until: Date)
        /// 5xx. The whole registry is left alone for a while.
        case serverError
        /// No name, no connection, or it broke. The whole registry is left alone for a while.
        case unreachable
        /// Connect or total deadline. The whole registry is left alone for a while.
        case timeout
        /// The certificate is not trusted or the handshake failed. The whole registry is left alone for a while.
        case tls
        /// The answer contradicts itself or the standard: a digest that does not match, a body that is no manifest.
        case badAnswer
        /// An answer of a kind that is refused: schema 1, an unknown media type.
        case unsupported
        /// The answer is larger than its limit.
        case tooLarge
        /// A token realm or a redirect that credentials or requests must not follow.
        case untrusted
        /// Too many callers wait for this registry already.
        case busy
        /// A URL or certificate authority of the settings that cannot be used.
        case configuration
        /// The caller's task was cancelled.
        case cancelled
    }

    /// What went wrong.
    package let reason: Reason
    /// One line: what, where, why, what to do. Outside text in it is masked and bounded.
    package let message: String
    /// The pause that the registry asked for.
    package let retryAfter: Duration?

    /// An error whose message is masked and cut here.
    package init(reason: Reason, message: String, retryAfter: Duration? = nil) {
        self.reason = reason
        self.message = OutsideText.oneLine(message, limit: 1000)
        self.retryAfter = retryAfter
    }

    package var description: String { message }

    /// Whether the same call may succeed later without anybody changing a setting or pushing an image.
    package var isRetryable: Bool {
        switch reason {
        case .rateLimited, .backingOff, .serverError, .unreachable, .timeout, .tls, .badAnswer, .busy: true
        case .tagMissing, .repositoryMissing, .denied, .unsupported, .tooLarge, .untrusted, .configuration, .cancelled:
            false
        }
    }

    /// Whether the next credential may fare better.
    var isCredentialMatter: Bool { reason == .denied || reason == .repositoryMissing }
}
