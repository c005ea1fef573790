// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

extension KubeClient {
    /// The changes of a resource after `resourceVersion`, in one namespace or (empty) in all.
    ///
    /// - Parameters:
    ///   - resource: What to watch.
    ///   - namespace: Where; empty for everywhere.
    ///   - labelSelector: Only objects with these labels; empty for all.
    ///   - resourceVersion: Of the list that the watch goes on from.
    ///   - onConnection: Called whenever a connection opens or is lost. Events may be missing between the two; none is
    ///     lost.
    /// - Returns: The events; nothing is sent before the first one is asked for.
    package func watch(
        _ resource: APIResource,
        namespace: String = "",
        labelSelector: String = "",
        resourceVersion: String,
        onConnection: (@Sendable (WatchConnection) async -> Void)? = nil
    ) -> KubeWatch {
        KubeWatch(
            client: self,
            resource: resource,
            namespace: namespace,
            labelSelector: labelSelector,
            resourceVersion: resourceVersion,
            onConnection: onConnection
        )
    }

    /// How much of a watch may wait unread in our memory; the rest waits in the connection.
    private static let watchBufferBytes = 1 << 20

    /// Opens one connection of a watch.
    func openWatch(
        _ watch: KubeWatch,
        from resourceVersion: String,
        request base: KubeRequest
    ) async throws(KubeError) -> HTTPByteStream.AsyncIterator {
        var request = base
        let seconds = Int(options.watchDuration.components.seconds)
        let lasting = Int.random(in: seconds...(2 * max(1, seconds)))
        request.query = [
            ("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion),
            ("timeoutSeconds", String(lasting)),
        ]
        if !watch.labelSelector.isEmpty { request.query.append(("labelSelector", watch.labelSelector)) }
        var mayRefresh = true
        while true {
            let credential = try await credentials.current()
            var message = httpRequest(request, credential)
            message.version = .http1
            message.maxBodyBytes = KubeClient.watchBufferBytes
            message.deadlines.total = .seconds(lasting) + options.requestDeadline
            message.deadlines.silence = options.watchSilence
            countRequest()
            do throws(KubeError) {
                return try await open(message, request).makeAsyncIterator()
            } catch {
                guard error.reason == .unauthorized, mayRefresh, await credentials.invalidate(credential) else {
                    throw error
                }
                mayRefresh = false
                countRetry()
            }
        }
    }

    private func open(_ message: HTTPRequest, _ request: KubeRequest) async throws(KubeError) -> HTTPByteStream {
        let stream: HTTPByteStream
        do throws(HTTPError) { stream = try await wire.stream(message) } catch { throw KubeError(error, to: request) }
        guard stream.head.status != 200 else {
            try KubeDocument.checkPlain(stream.head, to: request)
            return stream
        }
        // What follows is a Status, not events.
        var body: [UInt8] = []
        do throws(HTTPError) {
            var pieces = stream.makeAsyncIterator()
            while body.count < KubeClient.watchBufferBytes, let piece = try await pieces.next(isolation: nil) {
                body += piece
            }
        } catch {
            throw KubeError(error, to: request)
        }
        throw KubeError(answer: HTTPResponse(head: stream.head, body: body), to: request)
    }
}
