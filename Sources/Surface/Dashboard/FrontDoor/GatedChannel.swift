// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 connections with a ``RequestGate`` in front.
struct GatedChannel: ServerChildChannel {
    /// A connection, and what its gate knows of it.
    struct Value: ServerChildChannelValue {
        let connection: HTTP1Channel.Value
        let visit: Visit

        var channel: any Channel { connection.channel }
    }

    let base: HTTP1Channel
    let room: ConnectionRoom
    let limits: PortLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let visit = Visit(room: room)
        do {
            try channel.pipeline.syncOperations.addHandler(RequestGate(visit: visit, limits: limits))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return base.setup(channel: channel, logger: logger).map { Value(connection: $0, visit: visit) }
    }

    func handle(value: Value, logger: Logger) async {
        defer { value.visit.isOver() }
        await Visit.$current.withValue(value.visit) {
            await base.handle(value: value.connection, logger: logger)
        }
    }
}
