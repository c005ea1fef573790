// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The warnings of one request, each once, in the order in which they came.
final class WarningCollector: Sendable {
    private let collected = Mutex<[String]>([])

    /// What was collected so far.
    var texts: [String] { collected.withLock { $0 } }

    /// Adds texts that are not there yet.
    func add(_ texts: [String]) {
        collected.withLock { collected in
            for text in texts where !collected.contains(text) { collected.append(text) }
        }
    }
}
