// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A proxy on loopback in front of an HTTP/1.1 server, which lets some requests fail as a bad network or a busy server would:
/// for programs that cannot be told to fail from inside. One request a connection; answers may be streams.
package final class FaultingProxy: Sendable {
    /// What becomes of one request.
    package enum Fault: Sendable, Hashable {
        case none
        /// The connection is reset before the server receives the request.
        case resetBefore
        /// The server carries the request out; the connection is reset without an answer.
        case resetAfter
        /// The server carries the request out; the answer ends in the middle.
        case cutAnswer
        /// The server hears nothing; the proxy answers with this status.
        case answer(Int)
        /// Nothing is heard for so long, then the connection is reset.
        case hang(Duration)
    }

    private struct State {
        var sockets: Set<Int32> = []
        var isStopped = false
        var requests = 0
        var faults: [String: Int] = [:]
    }

    package let port: Int
    private let target: Int
    private let listener: Int32
    private let choose: @Sendable (_ method: String, _ target: String) -> Fault
    private let state = Mutex(State())

    /// How many requests came so far.
    package var requests: Int { state.withLock { $0.requests } }
    /// How many of them were made to fail, by method.
    package var faults: [String: Int] { state.withLock { $0.faults } }

    /// Runs a proxy to a port of 127.0.0.1 while `body` runs; `choose` is asked for each request.
    package static func to<Result>(
        _ target: Int,
        choose: @escaping @Sendable (_ method: String, _ target: String) -> Fault,
        _ body: (FaultingProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = try FaultingProxy(target: target, choose: choose)
        defer { proxy.stop() }
        return try await body(proxy)
    }

    private init(target: Int, choose: @escaping @Sendable (String, String) -> Fault) throws {
        self.target = target
        self.choose = choose
        (listener, port) = try Loopback.listen()
        Thread { [self] in acceptAll() }.start()
    }

    private func stop() {
        // Under the lock, as closing is: the number of a closed socket is at once that of another test's.
        state.withLock { state in
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            let isOpen = state.withLock { state in
                if !state.isStopped { state.sockets.insert(client) }
                return !state.isStopped
            }
            if isOpen { Thread { [self] in serve(client) }.start() } else { close(client) }
        }
        close(listener)
    }

    private func serve(_ client: Int32) {
        defer { end(client) }
        guard let request = HeadAndBody.read(from: client) else { return }
        let fault = choose(request.method, request.target)
        state.withLock { state in
            state.requests += 1
            if fault != .none { state.faults[request.method, default: 0] += 1 }
        }
        switch fault {
        case .resetBefore: reset(client)
        case .hang(let duration):
            // The client may give up before.
            var watched = pollfd(fd: client, events: 0, revents: 0)
            poll(&watched, 1, Int32(clamping: duration.components.seconds * 1_000))
            reset(client)
        case .answer(let status):
            let extra = status == 429 ? "Retry-After: 1\r\n" : ""
            let head = "HTTP/1.1 \(status) Fault\r\n\(extra)Content-Length: 0\r\nConnection: close\r\n\r\n"
            _ = send(Array(head.utf8), to: client)
        case .none, .resetAfter, .cutAnswer: forward(request, for: client, fault)
        }
    }

    private func forward(_ request: HeadAndBody, for client: Int32, _ fault: Fault) {
        guard let server = Loopback.connected(to: target) else { return }
        state.withLock { state in
            state.sockets.insert(server)
            if state.isStopped { shutdown(server, Int32(SHUT_RDWR)) }
        }
        defer { end(server) }
        guard send(request.closing, to: server) else { return }
        var passed = 0
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            // A client that leaves a stream ends it for the server as well.
            var watched = [
                pollfd(fd: server, events: Int16(POLLIN), revents: 0), pollfd(fd: client, events: 0, revents: 0),
            ]
            guard poll(&watched, 2, -1) > 0, watched[1].revents == 0 else { return }
            let count = recv(server, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            switch fault {
            case .resetAfter:
                reset(client)
                return
            case .cutAnswer where passed + count > 100:
                _ = send(Array(buffer[..<min(count, 100)]), to: client)
                return
            default: guard send(Array(buffer[..<count]), to: client) else { return }
            }
            passed += count
        }
    }

    /// The next close of the socket ends the connection the hard way.
    private func reset(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private func end(_ socket: Int32) {
        state.withLock { state in
            state.sockets.remove(socket)
            close(socket)
        }
    }

    private func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// One request as it came over a socket.
private struct HeadAndBody {
    let method: String
    let target: String
    private let head: [UInt8]
    private let body: [UInt8]

    /// The request, with a header that asks to close the connection after the answer.
    var closing: [UInt8] { head + Array("\r\nConnection: close\r\n\r\n".utf8) + body }

    /// Nil when the client went away, or sent what is no request.
    static func read(from socket: Int32) -> HeadAndBody? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var wanted: (end: Int, total: Int)?
        let blank = Array("\r\n\r\n".utf8)
        while true {
            if wanted == nil, let end = bytes.firstRange(of: blank)?.lowerBound {
                let lines = String(decoding: bytes[..<end], as: UTF8.self).lowercased().split(separator: "\r\n")
                let length = lines.first { $0.hasPrefix("content-length:") }?.split(separator: ":").last
                wanted = (end, end + blank.count + (length.flatMap { Int($0.filter(\.isNumber)) } ?? 0))
            }
            if let (end, total) = wanted, bytes.count >= total {
                let line = bytes.prefix { $0 != UInt8(ascii: "\r") }
                let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
                guard words.count == 3 else { return nil }
                return HeadAndBody(
                    method: words[0],
                    target: words[1],
                    head: Array(bytes[..<end]),
                    body: Array(bytes[(end + blank.count)..<total])
                )
            }
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }
}
