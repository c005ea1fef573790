// SPDX-License-Identifier: Apache-2.0
import Foundation
import Processes
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OwnThreadTests {
    private final class Meeting: Sendable {
        private let arrived = Mutex(0)

        /// How many have come.
        var count: Int { arrived.withLock { $0 } }

        /// Blocks until so many have come.
        func wait(for count: Int) {
            arrived.withLock { $0 += 1 }
            while arrived.withLock({ $0 }) < count { usleep(1000) }
        }
    }

    private static func depth(_ left: Int) -> Int { left == 0 ? 0 : depth(left - 1) + 1 }

    @Test func `work has a thread of its own, with a name`() async throws {
        let name = try await onOwnThread(named: "a-name") { Thread.current.name }
        #expect(name == "a-name")
    }

    @Test func `more of them may block than the pool has threads`() async throws {
        let meeting = Meeting()
        let count = ProcessInfo.processInfo.activeProcessorCount + 4
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask { try await onOwnThread(stackBytes: 1 << 18) { meeting.wait(for: count) } }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a stack is as deep as the main thread's`() async throws {
        let reached = try await onOwnThread { Self.depth(20_000) }
        #expect(reached == 20_000)
    }

    /// No machine has the addresses for such a stack; fewer bytes than a page are never enough for one.
    @Test(arguments: [(1 << 50, EAGAIN), (1, EINVAL)] as [(Int, Int32)])
    func `a thread that cannot be made is an error, and the work is not done`(stackBytes: Int, code: Int32) async {
        let meeting = Meeting()
        await #expect(throws: ThreadFailure(code: code)) {
            try await onOwnThread(stackBytes: stackBytes) { meeting.wait(for: 1) }
        }
        #expect(meeting.count == 0)
    }

    @Test func `a thread that cannot be made is told with what to do`() {
        let text = ThreadFailure(code: EAGAIN).description
        #expect(text.hasPrefix("no thread can be started: Resource temporarily unavailable; raise the limit"))
    }
}
