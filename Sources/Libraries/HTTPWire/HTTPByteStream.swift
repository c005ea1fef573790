// SPDX-License-Identifier: Apache-2.0

/// The body of an answer while it arrives, in pieces of any size. Pull-based: what is not asked for stays unread in the
/// connection, so a slow reader slows the server and costs no memory.
package struct HTTPByteStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPError

    package let head: HTTPHead

    /// Ends with nil when the server ended the body properly, throws when the connection broke.
    package struct AsyncIterator: AsyncIteratorProtocol {
        package mutating func next() async throws -> [UInt8]? {
            try await next(isolation: nil)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? {
            throw HTTPError(reason: .badRequest, message: "not connected", mayHaveBeenSent: false)
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
}
