// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import KubeObjects
import Synchronization

/// Ends the process when its tasks do not. It receives signals on a queue of its own and waits on a thread that exists
/// before any signal, so that it works also when the cooperative pool is blocked and no thread can be made.
///
/// The first SIGTERM or Ctrl-C starts the clock; a second one ends the process at once.
package final class ShutdownWatchdog: Sendable {
    /// How the process ends when it has not ended by itself.
    package struct Ending: Sendable {
        /// How long after the first signal.
        let patience: Duration
        let status: Int32
        /// A line for the log, without secrets; nil for none.
        var lastLine: RedactedText?
    }

    private struct State: Sendable {
        var signals = 0
        var ending: Ending?
    }

    /// How long the end waits for a reader of its line.
    private static let lastLineLimit = DispatchTimeInterval.seconds(1)
    private static let queue = DispatchQueue(label: "shutdown")
    private let state: Mutex<State>
    private let firstSignal = DispatchSemaphore(value: 0)

    /// - Parameter ending: How the process ends when it is too slow; nil when it may take as long as it likes.
    init(_ ending: Ending?) {
        state = Mutex(State(ending: ending))
        Thread { [self] in keepWatch() }.start()
    }

    /// Whether a signal came.
    var isSignalled: Bool { state.withLock { $0.signals > 0 } }

    /// Begins to watch. To be called once in a process; every signal after the return is received.
    func listen() async {
        for number in [SIGTERM, SIGINT] {
            await withCheckedContinuation { (registered: CheckedContinuation<Void, Never>) in
                let source = DispatchSource.makeSignalSource(signal: number, queue: ShutdownWatchdog.queue)
                source.setRegistrationHandler { registered.resume() }
                source.setEventHandler { [self] in
                    // Named here, so that the source lives as long as the process.
                    withExtendedLifetime(source) { hear(number) }
                }
                source.activate()
            }
        }
    }

    /// Takes another ending for signals from now on.
    ///
    /// - Returns: False when a signal came before: then it stays as it was.
    func change(to ending: Ending) -> Bool {
        state.withLock { state in
            guard state.signals == 0 else { return false }
            state.ending = ending
            return true
        }
    }

    private func hear(_ number: Int32) {
        let count = state.withLock { state in
            state.signals += 1
            return state.signals
        }
        if count > 1 { _exit(128 + number) }
        // Rows about large objects are masked before they are written, which must not take longer than is left.
        Redactor.shared.hurry()
        firstSignal.signal()
    }

    /// What the thread does. Nothing in it waits without a limit, because the log may have no reader.
    private func keepWatch() {
        firstSignal.wait()
        guard let ending = state.withLock({ $0.ending }) else { return }
        let (seconds, attoseconds) = ending.patience.components
        Thread.sleep(forTimeInterval: Double(seconds) + Double(attoseconds) / 1e18)
        if let lastLine = ending.lastLine {
            LogWriter.standardError.write(lastLine)
            LogWriter.standardError.flush(within: ShutdownWatchdog.lastLineLimit)
        }
        _exit(ending.status)
    }
}
