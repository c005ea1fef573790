// SPDX-License-Identifier: Apache-2.0
import CLibCurl
import Foundation
import Processes

/// All HTTP of this process: one thread that owns libcurl's multi handle, and async functions in front of it.
///
/// Connections are kept alive and shared by all requests to the same server with the same ``HTTPSecurity``. Redirects are
/// answers like any other. Cancelling a task removes its transfer. Dropping the wire closes it.
package final class HTTPWire: Sendable {
    private let mailbox: Mailbox?
    /// Why nothing can be sent; used while there is no mailbox.
    private let obstacle: String

    /// libcurl's own one-time set-up.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Makes a wire; at most `requestsPerHost` ordinary requests to one server run at a time (streams do not count, and
    /// urgent ones have places of their own), others wait. Where no thread of `stackBytes` can be made, every request fails
    /// with that reason.
    package init(requestsPerHost: Int = 16, stackBytes: Int = 1 << 20) {
        guard HTTPWire.library == CURLE_OK, let multi = curl_multi_init() else {
            mailbox = nil
            obstacle = "libcurl cannot be set up"
            return
        }
        let mailbox = Mailbox(multi: multi)
        let handle = SendableMulti(raw: multi)
        let failure: ThreadFailure?
        do throws(ThreadFailure) {
            try startThread(named: "http-wire", stackBytes: stackBytes) {
                // A write to a closed connection must not kill the process; the signal goes to the writing thread.
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGPIPE)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                TransferLoop(multi: handle.raw, mailbox: mailbox, requestsPerHost: max(1, requestsPerHost)).run()
            }
            failure = nil
        } catch {
            // The thread would have ended it.
            curl_multi_cleanup(multi)
            failure = error
        }
        self.mailbox = failure == nil ? mailbox : nil
        obstacle = failure?.description ?? ""
    }

    deinit { close() }

    /// Carries the pointer to the thread that owns it from then on.
    private struct SendableMulti: @unchecked Sendable {
        let raw: UnsafeMutableRawPointer
    }

    /// Sends a request and returns the whole answer, whatever its status.
    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let mailbox = try opened()
        let handover = Handover()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let transfer = Transfer(request, delivery: .whole(continuation))
                handover.set(transfer)
                mailbox.start(transfer)
            }
        } onCancel: {
            handover.cancel(in: mailbox)
        }
        return try result.get()
    }

    /// Sends a request and returns as soon as the headers are there; the body follows as the stream is read.
    package func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPByteStream {
        let mailbox = try opened()
        let buffer = StreamBuffer(capacity: request.maxBodyBytes)
        let transfer = Transfer(request, delivery: .stream(buffer))
        let lease = HTTPByteStream.Lease(transfer: transfer, buffer: buffer, mailbox: mailbox)
        mailbox.start(transfer)
        let result = await withTaskCancellationHandler {
            await buffer.head()
        } onCancel: {
            mailbox.cancel(transfer)
        }
        return HTTPByteStream(head: try result.get(), lease: lease)
    }

    /// Ends every transfer with ``HTTPError/Reason/cancelled`` and the thread with them. Later requests fail at once.
    package func close() { mailbox?.stop() }

    private func opened() throws(HTTPError) -> Mailbox {
        if Task.isCancelled { throw HTTPError(reason: .cancelled, message: "cancelled", mayHaveBeenSent: false) }
        guard let mailbox else {
            throw HTTPError(reason: .badRequest, message: obstacle, mayHaveBeenSent: false)
        }
        return mailbox
    }
}
