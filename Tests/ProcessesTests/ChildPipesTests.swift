// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Processes

@Suite(.timeLimit(.minutes(1))) struct ChildPipesTests {
    /// Gives as many pipes as it is told to, and keeps a copy of one end of each, which shows whether the other end is open.
    private final class Maker: Sendable {
        private let state: Mutex<(left: Int, copies: [Int32])>
        /// 0 for copies of reading ends, 1 for copies of writing ends.
        private let end: Int

        init(pipes: Int, copying end: Int) {
            state = Mutex((pipes, []))
            self.end = end
        }

        var copies: [Int32] { state.withLock { $0.copies } }

        func make(_ ends: inout [Int32]) -> Int32 {
            state.withLock { state in
                guard state.left > 0 else {
                    errno = EMFILE
                    return -1
                }
                state.left -= 1
                guard pipe(&ends) == 0 else { return -1 }
                // What other tests start at the same time must not hold them open.
                for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
                state.copies.append(fcntl(ends[end], F_DUPFD_CLOEXEC, 0))
                return 0
            }
        }
    }

    /// Whether the other end of a pipe is closed, or becomes so within ten seconds.
    private func isAlone(_ copy: Int32) -> Bool {
        var file = pollfd(fd: copy, events: 0, revents: 0)
        return poll(&file, 1, 10_000) == 1 && file.revents & Int16(POLLHUP | POLLERR) != 0
    }

    @Test(arguments: [0, 1])
    func `when the second pipe cannot be made the first one is closed, both ends`(copied: Int) throws {
        let maker = Maker(pipes: 1, copying: copied)
        #expect(throws: SystemFailure(code: EMFILE)) {
            _ = try ChildPipes(hasErrors: true) { maker.make(&$0) }
        }
        let copy = try #require(maker.copies.first)
        defer { close(copy) }
        #expect(isAlone(copy))
    }

    @Test func `when there is no pipe at all nothing is closed, and the reason is kept`() {
        let maker = Maker(pipes: 0, copying: 0)
        #expect(throws: SystemFailure(code: EMFILE)) {
            _ = try ChildPipes(hasErrors: true) { maker.make(&$0) }
        }
        #expect(maker.copies.isEmpty)
    }

    @Test(arguments: [0, 1], [false, true])
    func `our ends are closed, and the child's`(copied: Int, hasErrors: Bool) throws {
        let maker = Maker(pipes: 2, copying: copied)
        let pipes = try ChildPipes(hasErrors: hasErrors) { maker.make(&$0) }
        #expect(maker.copies.count == (hasErrors ? 2 : 1))
        #expect((pipes.errors == [-1, -1]) == !hasErrors)
        defer { for copy in maker.copies { close(copy) } }
        // A copy of a reading end shows whether the writing ends are closed, and the other way round.
        if copied == 0 { pipes.closeWriting() } else { pipes.closeReading() }
        for copy in maker.copies { #expect(isAlone(copy)) }
        if copied == 0 { pipes.closeReading() } else { pipes.closeWriting() }
    }
}
