// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Ends the process when its tasks do not. It waits on a queue and threads of its own, so that it works while every thread
/// that tasks share is taken.
///
/// The first SIGTERM or Ctrl-C starts the clock; a second one ends the process at once.
enum ShutdownWatchdog {
    private static let queue = DispatchQueue(label: "shutdown")

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - patience: How long after the first signal the process may live; nil for as long as it likes.
    ///   - farewell: Called before the process is ended for that reason, with status 1.
    static func watch(patience: Duration?, farewell: @escaping @Sendable () -> Void) {
        let count = SignalCount()
        for number in [SIGTERM, SIGINT] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                // Named here, so that the source lives as long as the process.
                withExtendedLifetime(source) {
                    if count.next() > 1 { _exit(128 + number) }
                    if let patience { end(after: patience, farewell) }
                }
            }
            source.activate()
        }
    }

    private static func end(after patience: Duration, _ farewell: @escaping @Sendable () -> Void) {
        let seconds = Double(patience.components.seconds) + Double(patience.components.attoseconds) / 1e18
        Thread {
            Thread.sleep(forTimeInterval: seconds)
            farewell()
            _exit(1)
        }.start()
    }
}

/// How many signals came.
private final class SignalCount: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
