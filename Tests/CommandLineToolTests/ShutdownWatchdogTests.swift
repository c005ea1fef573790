// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit
import Testing

@testable import CommandLineTool

/// The end of a process whose tasks do not end, in processes of their own.
@Suite(.timeLimit(.minutes(2)))
struct ShutdownWatchdogTests {
    @Test func `the process ends although nobody reads its last line`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0, dup2(ends[1], STDERR_FILENO) == STDERR_FILENO else { exit(3) }
            let flags = fcntl(STDERR_FILENO, F_GETFL)
            _ = fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK)
            let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 512)
            for count in [bytes.count, 1] { while write(STDERR_FILENO, bytes, count) > 0 {} }
            _ = fcntl(STDERR_FILENO, F_SETFL, flags)
            let ending = ShutdownWatchdog.Ending(patience: .milliseconds(10), status: 7, lastLine: "ending now")
            await ShutdownWatchdog(ending).listen()
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .seconds(100))
        }
    }

    @Test func `a second signal ends it at once, however long the patience`() async {
        await #expect(processExitsWith: .exitCode(128 + SIGTERM)) {
            let watchdog = ShutdownWatchdog(ShutdownWatchdog.Ending(patience: .seconds(3_600), status: 7))
            await watchdog.listen()
            kill(getpid(), SIGINT)
            try await eventually("the first one is heard") { watchdog.isSignalled }
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .seconds(100))
        }
    }

    @Test func `a start-up that does not let go is ended at the first signal, and well`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let early = ShutdownWatchdog.Ending(patience: .milliseconds(10), status: 0)
            let signals = await ShutdownSignals(ending: early)
            let late = ShutdownWatchdog.Ending(patience: .seconds(3_600), status: 7)
            try await signals.run(patience: .seconds(3_600), ending: late) {
                kill(getpid(), SIGTERM)
                while true { await Task.yield() }
            }
            exit(3)
        }
    }

    @Test func `a start-up that lets go is cancelled, and no service runs`() async {
        await #expect(processExitsWith: .exitCode(42)) {
            let ending = ShutdownWatchdog.Ending(patience: .seconds(3_600), status: 7)
            let signals = await ShutdownSignals(ending: ending)
            try await signals.run(patience: .seconds(3_600), ending: ending) {
                kill(getpid(), SIGTERM)
                try await Task.sleep(for: .seconds(100))
                exit(3)
            }
            exit(42)
        }
    }
}
