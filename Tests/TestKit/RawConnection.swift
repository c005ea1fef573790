// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A TCP connection to a port of this machine, on which a test says what no decent client would.
package final class RawConnection: Sendable {
    private let descriptor: Int32

    /// - Throws: `POSIXError` when nobody takes the connection.
    package init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = UInt16(port).bigEndian
        target.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let descriptor = descriptor
        let result = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let cause = errno
            close(descriptor)
            throw POSIXError(.init(rawValue: cause) ?? .EIO)
        }
    }

    deinit { close(descriptor) }

    /// Sends a text; one that the other side does not take any more is dropped.
    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Everything that comes until the other side ends the connection; nil when it has not within the limit.
    package func answer(within limit: Duration = .seconds(20)) async -> String? {
        let descriptor = descriptor
        let end = ContinuousClock.now + limit
        return await withCheckedContinuation { done in
            Thread {
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                while true {
                    let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
                    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    guard left > 0, poll(&question, 1, Int32(left) + 1) > 0 else { return done.resume(returning: nil) }
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    guard count > 0 else { return done.resume(returning: String(decoding: bytes, as: UTF8.self)) }
                    bytes += buffer[..<count]
                }
            }.start()
        }
    }

    /// Ends what this side says, as a program that ends does; an answer may still be read.
    package func hangUp() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the connection end with a reset as soon as it is let go.
    package func resetAtEnd() {
        var lingering = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
    }

    /// Whether something has come that was not read yet.
    package var isAnswered: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Whether the other side has ended the connection.
    package var isEnded: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
    }
}
