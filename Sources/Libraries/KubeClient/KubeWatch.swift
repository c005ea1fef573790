// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

/// The changes of a resource from one version on. Pull-based: events that are not pulled stay with the server.
///
/// It goes on by itself, from the last version it saw, after the end of a connection, a reset, a half line or silence.
/// Events may come twice; they are equal in uid and resourceVersion then. It ends only by throwing: `expired` when a
/// new list is needed, or an error that reconnecting does not fix.
package struct KubeWatch: AsyncSequence, Sendable {
    package typealias Element = WatchEvent
    package typealias Failure = KubeError

    let client: KubeClient
    let resource: APIResource
    let namespace: String
    let labelSelector: String
    let resourceVersion: String
    let onConnection: (@Sendable (WatchConnection) async -> Void)?

    /// A reader that begins after `resourceVersion`. Nothing is sent before its first event is asked for.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    /// Pulls one event at a time.
    package struct AsyncIterator: AsyncIteratorProtocol {
        private let watch: KubeWatch
        /// The version after which a new connection goes on.
        private var resourceVersion: String
        private var connection: HTTPByteStream.AsyncIterator?
        private var lines: LineSplitter
        private var request: KubeRequest
        private var openedAt: ContinuousClock.Instant?
        /// Connections in a row that failed to open, or ended at once without an event.
        private var failures = 0

        /// A connection that stood this long was a good one even if nothing happened.
        private static let goodConnection: Duration = .seconds(1)

        init(_ watch: KubeWatch) {
            self.watch = watch
            resourceVersion = watch.resourceVersion
            lines = LineSplitter(maxLineBytes: watch.client.options.maxWatchEventBytes)
            request = KubeRequest(path: watch.resource.path(namespace: watch.namespace))
        }

        /// The next event; never nil.
        package mutating func next() async throws -> WatchEvent? { try await next(isolation: nil) }

        /// The next event; never nil. Reconnects by itself, and throws when that does not help.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(KubeError) -> WatchEvent? {
            while true {
                do throws(KubeError) {
                    if let event = try nextBufferedEvent() { return event }
                    if connection == nil { try await connect() }
                    try await receive(isolation: actor)
                } catch {
                    try await recover(from: error)
                }
            }
        }

        /// The next event out of bytes that are already here.
        private mutating func nextBufferedEvent() throws(KubeError) -> WatchEvent? {
            guard let line = lines.next() else {
                guard !lines.isOverLimit else {
                    throw KubeError(
                        reason: .tooLarge,
                        message: "a watch event is longer than \(watch.client.options.maxWatchEventBytes) bytes",
                        request: request.display
                    )
                }
                return nil
            }
            let (event, version) = try WatchLine.event(line, of: watch.resource, request: request)
            resourceVersion = version
            failures = 0
            return event
        }

        private mutating func connect() async throws(KubeError) {
            request.path = try watch.resource.checkedPath(namespace: watch.namespace)
            lines.reset()
            connection = try await watch.client.openWatch(watch, from: resourceVersion, request: request)
            openedAt = .now
            await watch.onConnection?(.standing)
        }

        private mutating func receive(isolation actor: isolated (any Actor)?) async throws(KubeError) {
            guard var stream = connection else { return }
            do throws(HTTPError) {
                if let piece = try await stream.next(isolation: actor) {
                    connection = stream
                    lines.append(piece)
                    return
                }
            } catch {
                throw KubeError(error, to: request)
            }
            throw KubeError(reason: .unreachable, message: "the watch ended", request: request.display)
        }

        /// Waits before the next connection, or throws when there is to be none.
        private mutating func recover(from error: KubeError) async throws(KubeError) {
            connection = nil
            lines.reset()
            switch error.reason {
            case .unreachable, .timeout, .serverError, .tooManyRequests, .protocolViolation, .webhookFailed: break
            default: throw error
            }
            guard !error.isResourceVersionAhead else { throw error.asExpired() }
            await watch.onConnection?(.broken(error))
            if let openedAt, .now - openedAt >= AsyncIterator.goodConnection { failures = 0 }
            openedAt = nil
            failures += 1
            let options = watch.client.options
            guard failures <= options.maxRetries else { throw error }
            watch.client.countRetry()
            // The first connection after one that worked is opened at once.
            if failures == 1, error.retryAfter == nil, error.statusCode == nil { return }
            // A server may ask for any number of seconds; a watch that never comes back would look like a quiet cluster.
            let asked = error.retryAfter.map { Swift.min($0, options.retryBudget) }
            let wait = asked ?? RetryPolicy.backOff(failures, options: options)
            try await watch.client.pause(wait, before: request)
        }
    }
}
