// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import Processes
import Synchronization

/// Writes lines to a descriptor on a thread of its own, so that a pipe without a reader, a stopped terminal or a full
/// disk delays no other thread.
///
/// When more waits than ``limit`` bytes, further lines are dropped; their number is logged as soon as there is room
/// again. A reader that is gone costs the lines, nothing else.
final class LogWriter: Sendable {
    /// The log of this process.
    static let standardError = LogWriter(descriptor: STDERR_FILENO)

    /// The most bytes that wait.
    private static let limit = 1 << 20

    private struct State: Sendable {
        var waiting: [RedactedText] = []
        var bytes = 0
        var dropped = 0
        var isRunning = false
        /// Those who want to know when everything that waits now is written.
        var flushes: [DispatchSemaphore] = []
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Takes one line, without its line break. Never waits.
    func write(_ line: RedactedText) {
        let isFirst = state.withLock { state in
            let size = line.text.utf8.count + 1
            if state.bytes + size > LogWriter.limit {
                state.dropped += 1
            } else {
                state.waiting.append(line + "\n")
                state.bytes += size
            }
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if isFirst {
            do throws(ThreadFailure) {
                try startThread(named: "log", stackBytes: 1 << 20) { [self] in run() }
            } catch {
                // What was taken waits, and the next line tries again.
                state.withLock { $0.isRunning = false }
            }
        }
        work.signal()
    }

    /// Waits until what was taken so far is written, but no longer than this: for the end of the process.
    func flush(within limit: DispatchTimeInterval) {
        let done = DispatchSemaphore(value: 0)
        let isIdle = state.withLock { state in
            guard state.isRunning, state.bytes > 0 else { return true }
            state.flushes.append(done)
            return false
        }
        guard !isIdle else { return }
        work.signal()
        _ = done.wait(timeout: .now() + limit)
    }

    private func run() {
        while true {
            work.wait()
            let (lines, dropped) = state.withLock { state in
                defer { (state.waiting, state.dropped) = ([], 0) }
                return (state.waiting, state.dropped)
            }
            for line in lines {
                _ = FileDescriptorText.write(line, to: descriptor)
                state.withLock { $0.bytes -= line.text.utf8.count }
            }
            if dropped > 0 {
                _ = FileDescriptorText.write(
                    "… " + RedactedText(number: dropped) + (dropped == 1 ? " line was" : " lines were")
                        + " not written: nobody read them in time\n",
                    to: descriptor
                )
            }
            let flushes = state.withLock { state in
                guard state.waiting.isEmpty else { return [DispatchSemaphore]() }
                defer { state.flushes = [] }
                return state.flushes
            }
            for flush in flushes { flush.signal() }
        }
    }
}
