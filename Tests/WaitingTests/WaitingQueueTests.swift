// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestKit
import Testing
import Waiting

@Suite(.timeLimit(.minutes(1))) struct WaitingQueueTests {
    /// A door of which somebody else has the key.
    private final class Door: Sendable {
        private let queue = Mutex(WaitingQueue<String>())

        func wait() async -> String {
            await Waiter<String>.wait(
                joining: { waiter in
                    let isCancelled = self.queue.withLock { queue in
                        if Task.isCancelled { return true }
                        queue.append(waiter)
                        return false
                    }
                    if isCancelled { waiter.resume(returning: "cancelled before") }
                },
                leaving: { number in
                    let waiter = self.queue.withLock { $0.remove(number) }
                    waiter?.resume(returning: "cancelled")
                }
            )
        }

        func open(for name: String) {
            let waiter = queue.withLock { $0.popFirst() }
            waiter?.resume(returning: name)
        }

        func openForAll(_ name: String) {
            let waiters = queue.withLock { $0.removeAll() }
            for waiter in waiters { waiter.resume(returning: name) }
        }

        var count: Int { queue.withLock { $0.count } }
        var isEmpty: Bool { queue.withLock { $0.isEmpty } }
    }

    /// Lets so many tasks wait, one behind the other.
    private func waiting(_ count: Int, at door: Door) async throws -> [Task<String, Never>] {
        var tasks: [Task<String, Never>] = []
        for number in 1...count {
            tasks.append(Task { await door.wait() })
            try await eventually("number \(number) waits") { door.count == number }
        }
        return tasks
    }

    @Test func `who came first goes first`() async throws {
        let door = Door()
        let tasks = try await waiting(3, at: door)
        for name in ["a", "b", "c", "nobody"] { door.open(for: name) }
        for (task, name) in zip(tasks, ["a", "b", "c"]) {
            let answer = await task.value
            #expect(answer == name)
        }
        #expect(door.isEmpty)
    }

    @Test func `who is cancelled leaves the queue, and the others keep their order`() async throws {
        let door = Door()
        let tasks = try await waiting(3, at: door)
        tasks[1].cancel()
        let second = await tasks[1].value
        #expect(second == "cancelled")
        door.open(for: "a")
        door.open(for: "c")
        let others = [await tasks[0].value, await tasks[2].value]
        #expect(others == ["a", "c"])
    }

    @Test func `all may go at once`() async throws {
        let door = Door()
        let tasks = try await waiting(4, at: door)
        door.openForAll("x")
        for task in tasks {
            let answer = await task.value
            #expect(answer == "x")
        }
        #expect(door.count == 0)
    }

    @Test func `who was cancelled before gets no place`() async {
        let door = Door()
        let task = Task { () -> String in
            while !Task.isCancelled { await Task.yield() }
            return await door.wait()
        }
        task.cancel()
        let answer = await task.value
        #expect(answer == "cancelled before")
        #expect(door.isEmpty)
    }

    @Test func `nobody is forgotten when waiting and cancelling meet`() async {
        let door = Door()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    let task = Task { await door.wait() }
                    task.cancel()
                    _ = await task.value
                }
            }
        }
        #expect(door.isEmpty)
    }
}
