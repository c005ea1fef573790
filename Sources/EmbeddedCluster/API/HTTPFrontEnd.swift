// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import HTTPTypes
import HummingbirdCore
import KubeObjects
import NIOCore

/// Turns HTTP requests into ``APIRequest``s and the answers back, with the faults of the script in between.
struct HTTPFrontEnd: Sendable {
    let handler: RequestHandler
    let faults: FaultScript

    /// Answers one request.
    func respond(_ request: Request, _ output: consuming ResponseWriter) async throws {
        let address = RequestAddress(request.head.path ?? "/")
        let user =
            request.headers[.authorization].map { handler.access.user(authorization: $0) }
            ?? address.token.flatMap(handler.access.user(token:))
        var apiRequest = APIRequest(
            method: request.method.rawValue,
            path: address.path,
            query: QueryParameters(address.query),
            host: request.head.authority ?? "",
            accept: request.headers[.accept] ?? "",
            contentType: request.headers[.contentType] ?? "",
            userAgent: request.headers[.userAgent] ?? "",
            user: user ?? ClusterUser(name: "system:anonymous", groups: ["system:unauthenticated"])
        )
        let recorded = record(apiRequest, query: address.query, user: user)
        let fault = faults.meet(recorded)
        defer { faults.end(recorded) }
        if case .hang = fault { return try await hang(request) }
        if !apiRequest.isStream {
            do {
                apiRequest.body = Array(buffer: try await request.body.collect(upTo: RequestBody.maxBytes))
            } catch is NIOTooManyBytesError {
                return try await send(.failure(.tooLarge(limit: RequestBody.maxBytes)), request, output)
            }
        }
        let answer = { [apiRequest] in await self.answer(apiRequest, isAllowed: isPublic(address.path) || user != nil) }
        switch fault {
        case nil, .hang: try await send(await answer(), request, output)
        case .reset: throw ConnectionClosed()
        case .dropAnswer:
            _ = await answer()
            throw ConnectionClosed()
        case .answer(let status, let body, let headers):
            try await send(HTTPFrontEnd.scripted(status, body, headers), request, output)
        case .delay(let pause):
            try await Task.sleep(for: pause)
            try await send(await answer(), request, output)
        case .meanwhile(let act):
            do {
                try await act()
            } catch {
                return try await send(
                    .failure(.internalError("the script's own act failed: \(error)")),
                    request,
                    output
                )
            }
            try await send(await answer(), request, output)
        case .cutShort(let limit): try await send(await answer(), request, output, limit: limit)
        }
    }

    /// Does nothing until the client hangs up or the cluster stops.
    private func hang(_ request: Request) async throws {
        try await request.body.consumeWithCancellationOnInboundClose { body in
            for try await _ in body {}
            try await Task.sleep(for: .seconds(86_400))
        }
    }

    /// Carries a request out; a write is answered when it is on disk.
    private func answer(_ request: APIRequest, isAllowed: Bool) async -> APIResponse {
        guard isAllowed else { return .failure(.unauthorized) }
        let response = handler.respond(to: request)
        guard request.method != "GET" else { return response }
        do throws(StoreJournalError) {
            try await handler.machinery.store.sync()
            return response
        } catch {
            return .failure(.internalError("\(error)"))
        }
    }

    /// Requests that need no credentials.
    private func isPublic(_ path: String) -> Bool { ["/version", "/healthz", "/readyz", "/livez"].contains(path) }

    private func record(_ request: APIRequest, query: String, user: ClusterUser?) -> RecordedRequest {
        let verb: String
        if case .resource(let path) = RequestTarget(path: request.path) {
            verb = request.verb(of: path)
        } else {
            verb = request.method.lowercased()
        }
        return RecordedRequest(
            method: request.method,
            verb: verb,
            path: request.path,
            query: query,
            user: user?.name ?? "",
            userAgent: request.userAgent
        )
    }

    private static func scripted(_ status: Int, _ body: JSON, _ headers: [String: String]) -> APIResponse {
        var response: APIResponse
        if let text = body.string {
            response = .text(text, status: status)
        } else {
            response = .json(body, status: status)
        }
        if body.isNull { response.body = .bytes([]) }
        response.headers.merge(headers) { $1 }
        return response
    }
}

extension HTTPFrontEnd {
    /// Sends an answer; with a limit only so many bytes of its body, and then the connection is closed.
    private func send(
        _ response: APIResponse,
        _ request: Request,
        _ output: consuming ResponseWriter,
        limit: Int? = nil
    ) async throws {
        var head = HTTPResponse(status: .init(code: response.status), headerFields: HTTPFrontEnd.fields(response))
        if case .bytes(let bytes) = response.body { head.headerFields[.contentLength] = String(bytes.count) }
        let body = try await output.writeHead(head)
        var writer: any PieceWriter = LimitedWriter(body: body, left: limit ?? .max)
        switch response.body {
        case .bytes(let bytes): if request.method != .head { try await writer.write(bytes) }
        case .stream(let produce):
            try await request.body.consumeWithCancellationOnInboundClose { _ in try await produce(&writer) }
        }
        if limit != nil { throw ConnectionClosed() }
        try await body.finish(nil)
    }

    private static func fields(_ response: APIResponse) -> HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = response.contentType
        fields[.cacheControl] = "no-cache, private"
        for (name, value) in response.headers.sorted(by: { $0.key < $1.key }) {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        if let name = HTTPField.Name("Warning") {
            for text in response.warnings {
                fields.append(HTTPField(name: name, value: "299 - \(StatusError.quoted(text))"))
            }
        }
        return fields
    }
}

/// A body of which only so many bytes are sent; behind them the connection is closed.
private struct LimitedWriter: PieceWriter {
    var body: any ResponseBodyWriter
    var left: Int

    mutating func write(_ bytes: [UInt8]) async throws {
        let allowed = min(left, bytes.count)
        if left != .max { left -= allowed }
        try await body.write(ByteBuffer(bytes: bytes.prefix(allowed)))
        if allowed < bytes.count { throw ConnectionClosed() }
    }
}

/// A scripted fault: thrown out of the responder, it closes the connection.
private struct ConnectionClosed: Error {}
