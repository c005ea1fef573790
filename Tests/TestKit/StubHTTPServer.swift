// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// An HTTP/1.1 server on loopback that answers by script, well or badly: for tests of what a client makes of it.
///
/// Each connection has its own thread and stays open between requests until a step closes it.
package final class StubHTTPServer: Sendable {
    /// One request as it came.
    package struct Request: Sendable {
        package let method: String
        /// Path and query as written.
        package let target: String
        /// Names in small letters; of repeated names the last.
        package let headers: [String: String]
        package let body: [UInt8]
        /// Which connection it came on, counted from 0.
        package let connection: Int
        /// Which request of the server's life it is, counted from 0.
        package let number: Int

        package var path: String { String(target.prefix { $0 != "?" }) }
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The decoded value of a query parameter.
        package func query(_ name: String) -> String? {
            URLComponents(string: target)?.queryItems?.first { $0.name == name }?.value
        }
    }

    /// What the server does, one after the other, as the answer to a request.
    package enum Step: Sendable {
        /// A whole answer with its Content-Length.
        case reply(Int, String, headers: [String: String] = [:], type: String = "application/json")
        /// These bytes, as they are.
        case text(String)
        case bytes([UInt8])
        /// Each byte alone, this far apart, until the client goes away.
        case drip(String, every: Duration)
        /// These bytes again and again, until the client goes away.
        case endless([UInt8])
        /// Nothing, until the client goes away or the server stops.
        case hang
        /// The orderly end of the connection.
        case close
        /// The disorderly one (RST).
        case reset
    }

    private struct State {
        var requests: [Request] = []
        var sockets: Set<Int32> = []
        var connections = 0
        var mostAtOnce = 0
        var bytesSent = 0
        var isStopped = false
    }

    package let port: Int
    private let listener: Int32
    private let state = Mutex(State())
    private let script: @Sendable (Request) -> [Step]

    /// `http://127.0.0.1:<port>`.
    package var url: String { "http://127.0.0.1:\(port)" }
    /// Every request so far.
    package var requests: [Request] { state.withLock { $0.requests } }
    /// How many connections were made so far.
    package var connections: Int { state.withLock { $0.connections } }
    /// How many connections are open.
    package var openConnections: Int { state.withLock { $0.sockets.count } }
    /// How many connections were open at one time, at most.
    package var mostConnectionsAtOnce: Int { state.withLock { $0.mostAtOnce } }
    /// How many bytes the kernel took from us.
    package var bytesSent: Int { state.withLock { $0.bytesSent } }

    /// Listens on a free port and answers each request by what `script` says.
    package init(_ script: @escaping @Sendable (Request) -> [Step]) throws {
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isUp = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 128) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isUp else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in acceptAll() }.start()
    }

    /// Closes the port and all connections.
    package func stop() {
        // Under the lock, as closing is: the number of a closed socket is at once that of another test's.
        state.withLock { state in
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptAll() {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { break }
            let number = state.withLock { state -> Int? in
                guard !state.isStopped else { return nil }
                state.sockets.insert(socket)
                state.connections += 1
                state.mostAtOnce = max(state.mostAtOnce, state.sockets.count)
                return state.connections - 1
            }
            guard let number else {
                close(socket)
                break
            }
            Thread { [self] in serve(socket, number) }.start()
        }
        close(listener)
    }

    private func serve(_ socket: Int32, _ connection: Int) {
        var buffer: [UInt8] = []
        while let request = read(socket, &buffer, connection) {
            guard script(request).allSatisfy({ perform($0, on: socket) }) else { break }
        }
        state.withLock { state in
            state.sockets.remove(socket)
            close(socket)
        }
    }

    /// Reads one request with its body; nil when the client went away.
    private func read(_ socket: Int32, _ buffer: inout [UInt8], _ connection: Int) -> Request? {
        let blank = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        while true {
            if headEnd == nil { headEnd = buffer.firstRange(of: blank)?.lowerBound }
            if let end = headEnd {
                let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
                let first = lines[0].split(separator: " ")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    guard let colon = line.firstIndex(of: ":") else { continue }
                    let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                    headers[line[..<colon].lowercased()] = value
                }
                let total = end + blank.count + (headers["content-length"].flatMap { Int($0) } ?? 0)
                if buffer.count >= total, first.count >= 2 {
                    let body = Array(buffer[(end + blank.count)..<total])
                    buffer.removeFirst(total)
                    return state.withLock { state in
                        let request = Request(
                            method: String(first[0]),
                            target: String(first[1]),
                            headers: headers,
                            body: body,
                            connection: connection,
                            number: state.requests.count
                        )
                        state.requests.append(request)
                        return request
                    }
                }
            }
            var piece = [UInt8](repeating: 0, count: 65_536)
            let count = recv(socket, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            buffer += piece.prefix(count)
        }
    }

    /// False when the connection is over.
    private func perform(_ step: Step, on socket: Int32) -> Bool {
        switch step {
        case .reply(let status, let body, let headers, let type):
            let extra = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
            let head =
                "HTTP/1.1 \(status) Status\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
            return send(Array("\(head)\(extra)\r\n\(body)".utf8), on: socket)
        case .text(let text): return send(Array(text.utf8), on: socket)
        case .bytes(let bytes): return send(bytes, on: socket)
        case .drip(let text, let pause):
            let microseconds = pause.components.seconds * 1_000_000 + pause.components.attoseconds / 1_000_000_000_000
            return text.utf8.allSatisfy { byte in
                usleep(UInt32(microseconds))
                return send([byte], on: socket)
            }
        case .endless(let bytes):
            while send(bytes, on: socket) {}
            return false
        case .hang:
            var byte: UInt8 = 0
            while recv(socket, &byte, 1, 0) > 0 {}
            return false
        case .close: return false
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
            return false
        }
    }

    private func send(_ bytes: [UInt8], on socket: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent..<min(sent + 65_536, bytes.count)].withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
            state.withLock { $0.bytesSent += count }
        }
        return true
    }
}

/// Runs `body` with a scripted server and stops it afterwards.
package func withStubServer<Result>(
    _ script: @escaping @Sendable (StubHTTPServer.Request) -> [StubHTTPServer.Step],
    _ body: (StubHTTPServer) async throws -> Result
) async throws -> Result {
    let server = try StubHTTPServer(script)
    defer { server.stop() }
    return try await body(server)
}
