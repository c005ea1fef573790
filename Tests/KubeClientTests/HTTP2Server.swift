// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit

/// A TLS server on loopback that offers HTTP/2 and HTTP/1.1, and breaks off its HTTP/2 answers in one of the ways that
/// libcurl 7.88 may take for a proper end.
struct HTTP2Server {
    /// How an answer over HTTP/2 ends behind its first bytes.
    enum Ending: String, CaseIterable, Sendable {
        /// As it should.
        case whole
        case goAwayWithError = "goaway-error"
        case goAwayWithoutError = "goaway-clean"
        case reset
        case resetWithoutError = "reset-no-error"
        case resetAndGoAway = "reset-goaway"
        case close
    }

    let port: Int
    let authority: String
    private let process: ServerProcess

    /// The protocol of each connection so far, as ALPN agreed on it.
    var protocols: [String] {
        process.output.split(separator: "\n").filter { $0.hasPrefix("ALPN ") }.map { String($0.dropFirst(5)) }
    }
    /// How many requests came over HTTP/2.
    var requests: Int { process.output.split(separator: "\n").count { $0 == "REQUEST" } }

    /// Runs `body` with a server that answers each request with `text`, cut behind `cut` bytes unless it ends whole.
    static func serving(
        _ text: String,
        cut: Int,
        ending: Ending,
        _ body: (HTTP2Server) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let authority = try TestAuthority(folder: folder.path)
            let files = try authority.certificate("server", subject: "IP:127.0.0.1")
            let script = folder.appending(path: "server.py")
            let answer = folder.appending(path: "answer")
            try Data(program.utf8).write(to: script)
            try Data(text.utf8).write(to: answer)
            // Debian's own Python: another one that stands in front of it in PATH does not see Debian's packages.
            let process = try ServerProcess(
                "env",
                [
                    "/usr/bin/python3", script.path, files.certificate, files.key, answer.path, "\(cut)",
                    ending.rawValue,
                ],
                package: "python3-h2",
                log: folder.appending(path: "server.log")
            )
            defer { process.stop() }
            try await eventually("the HTTP/2 server listens") {
                if process.output.contains("Error") {
                    throw MissingProgram(description: "install python3-h2: \(process.output.suffix(200))")
                }
                return process.output.contains("PORT ")
            }
            let digits = process.output.prefix { $0 != "\n" }.dropFirst("PORT ".count)
            guard let port = Int(digits) else { throw MissingProgram(description: "no port in \(process.output)") }
            try await body(HTTP2Server(port: port, authority: authority.certificatePath, process: process))
        }
    }

    private static let program = """
        import socket, ssl, sys, threading
        import h2.config, h2.connection, h2.events

        certificate, key, answer, cut, ending = sys.argv[1:6]
        body = open(answer, 'rb').read()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.set_alpn_protocols(['h2', 'http/1.1'])
        listener = socket.create_server(('127.0.0.1', 0))
        print('PORT', listener.getsockname()[1], flush=True)

        def finish(connection, stream):
            connection.send_headers(stream, [(':status', '200'), ('content-type', 'application/json')])
            if ending == 'whole':
                return connection.send_data(stream, body, end_stream=True)
            connection.send_data(stream, body[:int(cut)])
            if ending.startswith('reset'):
                connection.reset_stream(stream, 0 if ending == 'reset-no-error' else 8)

        def serve_h2(sock):
            connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
            connection.initiate_connection()
            sock.sendall(connection.data_to_send())
            waiting = []
            while True:
                data = sock.recv(65536)
                if not data:
                    return
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        print('REQUEST', flush=True)
                        waiting.append(event.stream_id)
                for stream in waiting:
                    finish(connection, stream)
                over = waiting and ending in ('goaway-error', 'goaway-clean', 'reset-goaway', 'close')
                waiting = []
                if over and ending != 'close':
                    connection.close_connection(2 if ending != 'goaway-clean' else 0)
                sock.sendall(connection.data_to_send())
                if over:
                    return

        def serve_h1(sock):
            data = b''
            while b'\\r\\n\\r\\n' not in data:
                piece = sock.recv(65536)
                if not piece:
                    return
                data += piece
            head = 'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n' % len(body)
            sock.sendall(head.encode() + body)

        def serve(raw):
            try:
                with context.wrap_socket(raw, server_side=True) as sock:
                    chosen = sock.selected_alpn_protocol()
                    print('ALPN', chosen, flush=True)
                    serve_h2(sock) if chosen == 'h2' else serve_h1(sock)
            except (OSError, ssl.SSLError):
                pass  # the client went away

        while True:
            raw, _ = listener.accept()
            threading.Thread(target=serve, args=(raw,), daemon=True).start()
        """
}
