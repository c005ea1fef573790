// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Which token a test's registry takes now.
final class TokenBox: Sendable {
    private let number = Mutex(1)

    var current: Int { number.withLock { $0 } }

    func expire() { number.withLock { $0 += 1 } }
}
