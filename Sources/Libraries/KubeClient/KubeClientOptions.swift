// SPDX-License-Identifier: Apache-2.0
import HTTPWire

/// Deadlines, limits and user agent of a client.
package struct KubeClientOptions: Sendable, Hashable {
    package var userAgent: String
    /// HTTP/1.1 notices every cut body by itself; HTTP/2 is for servers behind proxies that speak nothing else. Watches
    /// always use HTTP/1.1, each on a connection of its own.
    package var httpVersion: HTTPRequest.Version
    /// From the start of one request, its wait for a place among others included, to the last byte of its answer.
    package var requestDeadline: Duration
    package var connectDeadline: Duration
    /// The most of one answer, and of one watch event.
    package var maxBodyBytes: Int
    package var maxWatchEventBytes: Int
    /// Objects of one list page.
    package var pageSize: Int
    /// The most pages of one list, and bytes of all of them together: a server may never stop.
    package var maxListPages: Int
    package var maxListBytes: Int
    /// How often one request is sent again because the server asked us to come back later, at most. Also how often in a
    /// row a watch may fail to connect.
    package var maxRetries: Int
    /// How often one request is sent again because it failed, at most.
    package var maxFailureRetries: Int
    /// No retry of a request begins later than this after its first sending.
    package var retryBudget: Duration
    /// The first wait before a retry; doubles each time up to `maxRetryDelay`, with jitter.
    package var firstRetryDelay: Duration
    package var maxRetryDelay: Duration
    /// A watch without a byte for this long is dead and is opened again. The server's bookmarks come each minute.
    package var watchSilence: Duration
    /// How long the server is asked to keep one watch open; each watch adds up to as much again, at random.
    package var watchDuration: Duration
    /// Whether its requests have places of their own at the server, so that they never wait behind those of other clients.
    package var lane = HTTPRequest.Lane.ordinary

    package init(
        userAgent: String = "sternpost",
        httpVersion: HTTPRequest.Version = .http1,
        requestDeadline: Duration = .seconds(60),
        connectDeadline: Duration = .seconds(10),
        maxBodyBytes: Int = 64 << 20,
        maxWatchEventBytes: Int = 8 << 20,
        pageSize: Int = 500,
        maxListPages: Int = 1_000,
        maxListBytes: Int = 256 << 20,
        maxRetries: Int = 10,
        maxFailureRetries: Int = 4,
        retryBudget: Duration = .seconds(120),
        firstRetryDelay: Duration = .milliseconds(250),
        maxRetryDelay: Duration = .seconds(30),
        watchSilence: Duration = .seconds(90),
        watchDuration: Duration = .seconds(300)
    ) {
        self.userAgent = userAgent
        self.httpVersion = httpVersion
        self.requestDeadline = requestDeadline
        self.connectDeadline = connectDeadline
        self.maxBodyBytes = maxBodyBytes
        self.maxWatchEventBytes = maxWatchEventBytes
        self.pageSize = pageSize
        self.maxListPages = maxListPages
        self.maxListBytes = maxListBytes
        self.maxRetries = maxRetries
        self.maxFailureRetries = maxFailureRetries
        self.retryBudget = retryBudget
        self.firstRetryDelay = firstRetryDelay
        self.maxRetryDelay = maxRetryDelay
        self.watchSilence = watchSilence
        self.watchDuration = watchDuration
    }
}
