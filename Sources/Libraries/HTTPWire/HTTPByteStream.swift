// SPDX-License-Identifier: Apache-2.0

/// The body of an answer while it arrives, in pieces of any size. Pull-based: what is not asked for stays unread in the
/// connection, so a slow reader slows the server and costs no memory. For one reader. Dropping the stream and its
/// iterator closes the connection.
package struct HTTPByteStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPError

    package let head: HTTPHead
    private let lease: Lease

    init(head: HTTPHead, lease: Lease) {
        self.head = head
        self.lease = lease
    }

    /// Cancels the transfer when the stream and all its iterators are gone.
    final class Lease: Sendable {
        let transfer: Transfer
        let buffer: StreamBuffer
        let mailbox: Mailbox

        init(transfer: Transfer, buffer: StreamBuffer, mailbox: Mailbox) {
            self.transfer = transfer
            self.buffer = buffer
            self.mailbox = mailbox
        }

        deinit { mailbox.cancel(transfer) }
    }

    /// Ends with nil when the server ended the body properly, throws when the connection broke.
    package struct AsyncIterator: AsyncIteratorProtocol {
        let lease: Lease

        /// The next piece of the body; nil at its end.
        package mutating func next() async throws -> [UInt8]? {
            try await next(isolation: nil)
        }

        /// The next piece of the body, never empty; nil at its end. Throws when the connection broke or the task is cancelled.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? {
            let lease = lease
            let result = await withTaskCancellationHandler(
                operation: { () async -> Result<[UInt8]?, HTTPError> in
                    do throws(HTTPError) {
                        return .success(
                            try await lease.buffer.next(isolation: actor) { lease.mailbox.resume(lease.transfer) }
                        )
                    } catch {
                        return .failure(error)
                    }
                },
                onCancel: { lease.mailbox.cancel(lease.transfer) },
                isolation: actor
            )
            return try result.get()
        }
    }

    /// The reader of the body; only one may be used.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lease: lease) }
}
