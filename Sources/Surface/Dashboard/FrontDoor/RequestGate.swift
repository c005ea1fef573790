// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Stands in front of a connection's HTTP parser, and lets through exactly one request: whole, in time, small, without a
/// body. After the answer the connection is closed.
///
/// Everything of it happens on the connection's event loop.
final class RequestGate: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case asking
        case answering
        case leaving
    }

    /// What a client may send behind its request before it is cut off.
    private static let maxSurplus = 64 << 10

    private let visit: Visit
    private let limits: PortLimits
    private var phase = Phase.asking
    private var head = RequestHead()
    private var surplus = 0
    private var timers: [Scheduled<Void>] = []

    init(visit: Visit, limits: PortLimits) {
        self.visit = visit
        self.limits = limits
    }

    func channelActive(context: ChannelHandlerContext) {
        guard visit.enter(context.channel) else { return context.close(promise: nil) }
        schedule(limits.headDeadline, context) { gate, context in
            if case .asking = gate.phase { gate.refuse(.late, context) }
        }
        schedule(limits.lifetime, context) { _, context in context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        visit.hasClosed()
        for timer in timers { timer.cancel() }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let piece = unwrapInboundIn(data)
        guard case .asking = phase else {
            surplus += piece.readableBytes
            if surplus > RequestGate.maxSurplus { context.close(promise: nil) }
            return
        }
        switch head.take(piece.readableBytesView) {
        case .incomplete: break
        case .refused(let refusal): refuse(refusal, context)
        case .complete(let length):
            phase = .answering
            visit.hasAsked()
            context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: head.bytes[..<length])))
            // For those behind the gate this was all that the client has to say.
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        // Half a request will never be a whole one; after a whole one its end was reported already. Who hangs up then may
        // still read, as `ncat` does, but most are gone.
        if case .asking = phase { context.close(promise: nil) } else { visit.hasLeft() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        let end = promise ?? context.eventLoop.makePromise()
        // It ends when all that was written has left this process.
        end.futureResult.whenComplete { [visit] _ in visit.hasAnswered() }
        context.close(mode: mode, promise: end)
        leave(context)
    }

    private func refuse(_ refusal: RequestHead.Refusal, _ context: ChannelHandlerContext) {
        phase = .leaving
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: refusal.answer)), promise: nil)
        context.close(mode: .output, promise: nil)
        leave(context)
    }

    /// Closes when the client has read the answer, or a little later: closing at once could take the answer away from it.
    private func leave(_ context: ChannelHandlerContext) {
        phase = .leaving
        schedule(limits.closeGrace, context) { _, context in context.close(promise: nil) }
    }

    private func schedule(
        _ delay: Duration,
        _ context: ChannelHandlerContext,
        _ body: @escaping (RequestGate, ChannelHandlerContext) -> Void
    ) {
        let timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { body(self, context) }
        timers.append(timer)
    }
}
