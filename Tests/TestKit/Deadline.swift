// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A condition did not come true in time.
package struct DeadlineExceeded: Error, CustomStringConvertible {
    package let description: String
}

/// Waits until `condition` holds, asking again every few milliseconds; never sleeps for luck.
///
/// - Parameters:
///   - what: What is waited for, for the error text.
///   - limit: The longest wait; a generous bound, not a measurement.
///   - condition: Asked again and again until it is true.
/// - Throws: ``DeadlineExceeded`` after `limit`, or whatever the condition throws.
package func eventually(
    _ what: String,
    within limit: Duration = .seconds(30),
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while true {
        if try await condition() { return }
        guard clock.now < end else { throw DeadlineExceeded(description: "not within \(limit): \(what)") }
        try await clock.sleep(for: .milliseconds(20))
    }
}

/// A fresh folder of its own, removed when `body` ends.
package func withTemporaryFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sternpost-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
