// SPDX-License-Identifier: Apache-2.0

/// All HTTP of this process: one thread that owns libcurl's multi handle, and async functions in front of it.
///
/// Connections are kept alive and shared by all requests to the same server with the same ``HTTPSecurity``. Redirects are
/// answers like any other. Cancelling a task removes its transfer.
package final class HTTPWire: Sendable {
    /// Makes a wire; at most `requestsPerHost` requests to one server run at a time (streams do not count), others wait.
    package init(requestsPerHost: Int = 16) {}

    /// Sends a request and returns the whole answer, whatever its status.
    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        throw HTTPError(reason: .badRequest, message: "not connected", mayHaveBeenSent: false)
    }

    /// Sends a request and returns as soon as the headers are there; the body follows as the stream is read.
    package func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPByteStream {
        throw HTTPError(reason: .badRequest, message: "not connected", mayHaveBeenSent: false)
    }

    /// Ends every transfer with ``HTTPError/Reason/cancelled`` and the thread with them. Later requests fail at once.
    package func close() {}
}
