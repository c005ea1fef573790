// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import NIOCore

/// Lets a listening socket rest for a moment when the process has no descriptor for another connection. Without this the
/// event loop would try again at once, and without end.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(500)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let problem = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(problem.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        logger.warning(
            "no connection can be accepted now",
            metadata: ["sync.error": "\(String(cString: strerror(problem.errnoCode)))"]
        )
        let channel = context.channel
        _ = channel.setOption(.autoRead, value: false)
        context.eventLoop.scheduleTask(in: AcceptPause.pause) { channel.setOption(.autoRead, value: true) }
    }
}
