// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Closed at first, and opened once: threads of stubs wait at it until the test lets them go on.
package final class Gate: Sendable {
    /// How long a thread waits at most, so that a broken test ends; no test may count on it.
    private static let longest = DispatchTimeInterval.seconds(240)

    private let turnstile = DispatchSemaphore(value: 0)
    private let state = Mutex(false)

    package init() {}

    /// Whether it was opened.
    package var isOpen: Bool { state.withLock { $0 } }

    /// Lets everybody pass from now on.
    package func open() {
        state.withLock { $0 = true }
        turnstile.signal()
    }

    /// Blocks this thread until the gate is open.
    package func pass() {
        // Who passes lets the next one pass.
        if turnstile.wait(timeout: .now() + Gate.longest) == .success { turnstile.signal() }
    }
}
