// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A TCP proxy on loopback that damages what a server answers, whatever the protocol: for cuts and stalls in mid-stream.
package final class LossyProxy: Sendable {
    /// What becomes of the answers.
    package enum Fault: Sendable, Hashable {
        case none
        /// Both ends are closed behind so many bytes of one connection's answer.
        case cut(afterBytes: Int)
        /// Behind so many bytes of one connection's answer nothing more comes, and the connection stays open.
        case stall(afterBytes: Int)
        /// Each byte alone, this many microseconds apart.
        case drip(UInt32)
    }

    private struct State {
        var fault = Fault.none
        var sockets: Set<Int32> = []
        var faultsMet = 0
        var bytesPassed = 0
        var isStopped = false
    }

    package let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// How many connections met the fault so far.
    package var faultsMet: Int { state.withLock { $0.faultsMet } }
    /// Bytes of answers that were passed on so far.
    package var bytesPassed: Int { state.withLock { $0.bytesPassed } }
    /// How many sockets are open.
    package var openSockets: Int { state.withLock { $0.sockets.count } }

    /// Runs a proxy to a port of 127.0.0.1 while `body` runs.
    package static func to<Result>(_ target: Int, _ body: (LossyProxy) async throws -> Result) async throws -> Result {
        let proxy = try LossyProxy(target: target)
        defer { proxy.stop() }
        return try await body(proxy)
    }

    private init(target: Int) throws {
        self.target = target
        (listener, port) = try Loopback.listen()
        Thread { [self] in acceptAll() }.start()
    }

    /// Changes what becomes of answers from now on.
    package func set(_ fault: Fault) {
        state.withLock { $0.fault = fault }
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
            guard let server = Loopback.connected(to: target) else {
                close(client)
                continue
            }
            let isStopped = state.withLock { state in
                state.sockets.formUnion([client, server])
                return state.isStopped
            }
            if isStopped { for socket in [client, server] { shutdown(socket, Int32(SHUT_RDWR)) } }
            // The second thread to end closes both, so that no number is used again while the other still reads it.
            let endings = Endings()
            Thread { [self] in
                pump(from: client, to: server) { _ in .none }
                finish(client, server, endings)
            }.start()
            Thread { [self] in
                pump(from: server, to: client) { [self] _ in state.withLock { $0.fault } }
                finish(client, server, endings)
            }.start()
        }
        close(listener)
    }

    private final class Endings: Sendable {
        let count = Mutex(0)
    }

    private func finish(_ client: Int32, _ server: Int32, _ endings: Endings) {
        for socket in [client, server] { shutdown(socket, Int32(SHUT_RDWR)) }
        let isLast = endings.count.withLock { count in
            count += 1
            return count == 2
        }
        guard isLast else { return }
        state.withLock { state in
            state.sockets.subtract([client, server])
            close(client)
            close(server)
        }
    }

    /// Passes bytes on until an end closes or the fault ends it.
    private func pump(from source: Int32, to sink: Int32, fault: (Int) -> Fault) {
        var passed = 0
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            let now = fault(passed)
            switch now {
            case .none: guard pass(buffer[..<count], to: sink) else { return }
            case .cut(let limit), .stall(let limit):
                guard passed + count <= limit else {
                    _ = pass(buffer[..<max(0, limit - passed)], to: sink)
                    state.withLock { $0.faultsMet += 1 }
                    if case .stall = now { waitForEnd(of: sink) }
                    return
                }
                guard pass(buffer[..<count], to: sink) else { return }
            case .drip(let pause):
                state.withLock { $0.faultsMet += 1 }
                for byte in buffer[..<count] {
                    usleep(pause)
                    guard pass([byte], to: sink) else { return }
                }
            }
            passed += count
        }
    }

    private func pass(_ bytes: ArraySlice<UInt8>, to sink: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
            state.withLock { $0.bytesPassed += count }
        }
        return true
    }

    /// Until the client goes away or the proxy stops: the other thread notices that and shuts the socket down.
    private func waitForEnd(of socket: Int32) {
        var watched = pollfd(fd: socket, events: 0, revents: 0)
        while poll(&watched, 1, 1_000) == 0 {}
    }
}
