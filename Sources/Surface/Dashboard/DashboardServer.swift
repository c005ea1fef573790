// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Processes
import ServiceLifecycle
import SyncImages
import SyncLoop
import SyncRecord
import Synchronization

/// The operator's HTTP surface: `/healthz`, `/readyz`, and read-only pages of the history.
///
/// The pages are served only to this machine: on another address than loopback only the two probes answer. Each connection
/// gets one answer; ``PortLimits`` says what it may cost. Pages are made by ``PageMaker``; the probes never wait for one.
package struct DashboardServer: Service {
    /// Where to listen: `127.0.0.1:8080`; port 0 takes a free one.
    package struct Address: Sendable, Hashable {
        package let host: String
        package let port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// Reads `HOST:PORT`, `[IPV6]:PORT` or `:PORT` (all addresses); nil when it is none of them.
        package init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (0...65_535).contains(port)
            else { return nil }
            let host = text[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
            self.init(host: host.isEmpty ? "0.0.0.0" : host, port: port)
        }

        /// Whether only this machine can reach it. A name that begins like such an address may be anybody's.
        package var isLoopback: Bool {
            let octets = host.split(separator: ".", omittingEmptySubsequences: false)
            return host == "localhost" || host == "::1"
                || octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
        }
    }

    private let address: Address
    private let limits: PortLimits
    private let board: StatusBoard
    private let images: ImageBoard?
    private let history: History
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// Prepares the server; nothing is bound before `run`.
    ///
    /// - Parameters:
    ///   - address: Where to listen.
    ///   - board: How the projects are now.
    ///   - images: How their images stand; nil when none are followed.
    ///   - history: What happened.
    ///   - limits: The limits of the port for its clients.
    ///   - logger: For the server's own messages.
    ///   - onListening: Called once with the port that was taken.
    package init(
        address: Address,
        board: StatusBoard,
        images: ImageBoard? = nil,
        history: History,
        limits: PortLimits = PortLimits(),
        logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.address = address
        self.board = board
        self.images = images
        self.history = history
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
    }

    /// The address cannot be listened on.
    package struct ListenError: Error, CustomStringConvertible {
        /// One line with cause and remedy.
        package let description: String
    }

    /// Serves until shutdown is asked for.
    ///
    /// - Throws: ``ListenError`` when it could not begin to.
    package func run() async throws {
        let isListening = Atomic(false)
        do {
            try await serve { port in
                isListening.store(true, ordering: .releasing)
                onListening(port)
            }
        } catch  where !isListening.load(ordering: .acquiring) && !(error is CancellationError) {
            throw ListenError(
                description: "cannot listen on \(address.host):\(address.port): \(DashboardServer.words(for: error)); "
                    + "choose another address with --listen"
            )
        }
    }

    /// What the system says about a port that was not taken, without the call that said it.
    package static func words(for error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as SocketAddressError.UnknownHost: error.errorDescription
        default: "\(error)"
        }
    }

    private func serve(_ onListening: @escaping @Sendable (Int) -> Void) async throws {
        var serverLogger = logger
        serverLogger.logLevel = .warning
        let room = ConnectionRoom(limit: limits.connections, logger: logger)
        let application = Application(
            router: router(),
            server: HTTPServerBuilder { [limits] responder in
                GatedChannel(base: HTTP1Channel(responder: responder), room: room, limits: limits)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                serverName: "sternpost"
            ),
            onServerRunning: { [logger] channel in
                DashboardServer.restWhenOutOfDescriptors(channel, logger)
                onListening(channel.localAddress?.port ?? 0)
            },
            logger: serverLogger
        )
        try await application.run()
    }

    private static func restWhenOutOfDescriptors(_ channel: any Channel, _ logger: Logger) {
        channel.eventLoop.execute {
            do {
                try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: logger), position: .first)
            } catch {
                logger.error("the port cannot be guarded", metadata: ["sync.error": "\(error)"])
            }
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: OneAnswerOnly())
        router.get("/healthz") { _, _ in "ok\n" }
        let mayTellReason = address.isLoopback
        router.get("/readyz") { [board] request, _ -> Response in
            guard let reason = await board.notReady else { return DashboardServer.text("ok\n", status: .ok) }
            // Errors name repositories and hosts: they are for people on this machine, and stand in the log.
            let isTold = mayTellReason && LocalHost.isNamed(by: request.head.authority)
            return DashboardServer.text("not ready\(isTold ? ": \(reason)" : "")\n", status: .serviceUnavailable)
        }
        guard address.isLoopback else { return router }
        let pages = router.group().add(middleware: LocalRequestsOnly())
        let desk = PageDesk(atOnce: limits.pages, maxWaiting: limits.waitingPages)
        let maker = PageMaker(board: board, images: images, history: history, desk: desk)
        pages.get("/") { _, _ -> Response in
            try await DashboardServer.page { try await maker.overview() }
        }
        pages.get("/syncs/:id") { _, context -> Response in
            let number = try context.parameters.require("id", as: Int64.self)
            return try await DashboardServer.page { try await maker.sync(number) }
        }
        pages.get("/style.css") { _, _ -> Response in
            DashboardServer.response(Stylesheet.text, type: "text/css; charset=utf-8", status: .ok)
        }
        return router
    }

    private static func text(_ text: String, status: HTTPResponse.Status) -> Response {
        response(text, type: "text/plain; charset=utf-8", status: status)
    }

    /// Answers with a page; with 404 where there is none, and with 503 where it cannot be made now.
    private static func page(_ make: () async throws -> HTML?) async throws -> Response {
        do {
            guard let page = try await make() else { throw HTTPError(.notFound) }
            return response(page.text, type: "text/html; charset=utf-8", status: .ok)
        } catch {
            guard let reason = reasonToReturn(error) else { throw error }
            var response = text("\(reason)\n", status: .serviceUnavailable)
            response.headers[.retryAfter] = "2"
            return response
        }
    }

    /// Why a page cannot be made now, and may be later; nil when it cannot be made at all.
    static func reasonToReturn(_ error: any Error) -> String? {
        switch error {
        case PageDesk.Refusal.full: "too many pages are asked for at once; try again"
        case PageDesk.Refusal.left:
            "the client hung up while the page waited for its turn; keep the connection open in both directions, and try again"
        case let failure as ThreadFailure: failure.description
        default: nil
        }
    }

    private static func response(_ text: String, type: String, status: HTTPResponse.Status) -> Response {
        var response = Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        response.headers[.contentType] = type
        response.headers[.cacheControl] = "no-store"
        for (name, value) in securityHeaders { response.headers[name] = value }
        return response
    }

    private static let securityHeaders: [(HTTPField.Name, String)] = [
        ("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}

/// Refuses requests whose `Host` is not this machine.
struct LocalRequestsOnly<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard LocalHost.isNamed(by: request.head.authority) else { throw HTTPError(.misdirectedRequest) }
        return try await next(request, context)
    }
}

/// Tells the client that the connection ends with this answer, whatever it is.
struct OneAnswerOnly<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
        }
        response.headers[.connection] = "close"
        return response
    }
}
