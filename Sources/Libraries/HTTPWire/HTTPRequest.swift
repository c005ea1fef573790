// SPDX-License-Identifier: Apache-2.0

/// One header line. Names compare without regard to case.
package struct HTTPHeader: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The longest waits of one request. Every one of them ends the request with ``HTTPError/Reason/timeout``.
package struct HTTPDeadlines: Sendable, Hashable {
    /// From the start until the connection (name look-up, TCP, TLS) stands.
    package var connect: Duration
    /// From the moment when the request is handed over, the wait for its turn included, until the last byte of the
    /// answer; nil for a stream without a time limit.
    package var total: Duration?
    /// Without a single byte arriving, once the request is on its way; nil for no such limit.
    package var silence: Duration?

    package init(connect: Duration = .seconds(10), total: Duration? = .seconds(60), silence: Duration? = nil) {
        self.connect = connect
        self.total = total
        self.silence = silence
    }
}

/// One HTTP request, complete: what is sent, whom to trust, how long to wait, how much to accept.
package struct HTTPRequest: Sendable {
    /// Which protocol versions may be spoken.
    package enum Version: Sendable, Hashable {
        /// HTTP/1.1 only: the version in which libcurl 7.88 notices every cut body.
        case http1
        /// HTTP/2 when the server offers it by ALPN, else HTTP/1.1.
        case http2
    }

    /// Which requests wait for each other's turn at a server.
    package enum Lane: Sendable, Hashable {
        case ordinary
        /// For the few that must never wait behind the others, such as the renewal of a lease.
        case urgent
    }

    /// A gate: says why a request may not be sent now; nil while it may. Quick, and safe to call from any thread.
    package typealias Gate = @Sendable () -> String?

    package var method: String
    /// Absolute, `http` or `https`, already percent-encoded, without user info.
    package var url: String
    package var headers: [HTTPHeader]
    package var body: [UInt8]?
    package var security: HTTPSecurity
    package var proxy: HTTPProxy
    package var deadlines: HTTPDeadlines
    /// A longer answer fails with ``HTTPError/Reason/tooLarge``. For streams: the most that waits unread.
    package var maxBodyBytes: Int
    package var version: Version
    /// Whether the wire may send the request again by itself when a kept-alive connection turns out to be dead and no
    /// byte of an answer came. Only for requests that do no harm when they happen twice.
    package var mayBeResent: Bool
    package var lane = Lane.ordinary
    /// The sender: senders that share a server take turns. Requests with nil count as one sender.
    package var sender: ObjectIdentifier?
    /// Asked when the request's turn has come, and once more before the first byte of its body leaves, so that no wait for a
    /// turn or a connection lies between the answer and the sending. A reason ends the request with
    /// ``HTTPError/Reason/withheld``.
    package var gate: Gate?
    /// Whether it fails with ``HTTPError/Reason/refusedAddress`` where its host's name turns out to lead to this machine, its
    /// link or a cloud's metadata service.
    package var avoidsThisMachine = false

    package init(
        method: String = "GET",
        url: String,
        headers: [HTTPHeader] = [],
        body: [UInt8]? = nil,
        security: HTTPSecurity = HTTPSecurity(),
        proxy: HTTPProxy = .none,
        deadlines: HTTPDeadlines = HTTPDeadlines(),
        maxBodyBytes: Int = 64 << 20,
        version: Version = .http1,
        mayBeResent: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.security = security
        self.proxy = proxy
        self.deadlines = deadlines
        self.maxBodyBytes = maxBodyBytes
        self.version = version
        self.mayBeResent = mayBeResent ?? (method == "GET" || method == "HEAD")
    }
}
