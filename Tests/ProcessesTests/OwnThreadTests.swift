// SPDX-License-Identifier: Apache-2.0
import Foundation
import Processes
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct OwnThreadTests {
    private final class Meeting: Sendable {
        private let arrived = Mutex(0)

        /// Blocks until so many have come.
        func wait(for count: Int) {
            arrived.withLock { $0 += 1 }
            while arrived.withLock({ $0 }) < count { usleep(1000) }
        }
    }

    private static func depth(_ left: Int) -> Int { left == 0 ? 0 : depth(left - 1) + 1 }

    @Test func `work has a thread of its own, with a name`() async {
        let name = await onOwnThread(named: "a-name") { Thread.current.name }
        #expect(name == "a-name")
    }

    @Test func `more of them may block than the pool has threads`() async {
        let meeting = Meeting()
        let count = ProcessInfo.processInfo.activeProcessorCount + 4
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { await onOwnThread(stackBytes: 1 << 18) { meeting.wait(for: count) } } }
        }
    }

    @Test func `a stack is as deep as the main thread's`() async {
        let reached = await onOwnThread { Self.depth(20_000) }
        #expect(reached == 20_000)
    }
}
