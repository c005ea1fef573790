// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The pipes from a child's standard output and standard error to us: both or none.
struct ChildPipes {
    /// Opens a pipe as `pipe` does: the reading end, then the writing end; -1 and an `errno` when there is none.
    typealias Maker = (inout [Int32]) -> Int32

    private(set) var output: [Int32] = [-1, -1]
    /// -1 and -1 for a child that has our standard error.
    private(set) var errors: [Int32] = [-1, -1]

    /// Opens the pipes. When one cannot be made the other is closed again.
    ///
    /// - Parameters:
    ///   - hasErrors: Whether standard error has one, too.
    ///   - make: Opens one; for tests.
    /// - Throws: ``SystemFailure``.
    init(hasErrors: Bool, by make: Maker = { pipe(&$0) }) throws(SystemFailure) {
        var isMade = make(&output) == 0
        if isMade, hasErrors { isMade = make(&errors) == 0 }
        guard isMade else {
            // Closing may change it.
            let failure = SystemFailure(code: errno)
            closeReading()
            closeWriting()
            throw failure
        }
    }

    /// Closes the ends that are ours.
    func closeReading() { close([output[0], errors[0]]) }

    /// Closes the ends that are the child's; the child has its own copies.
    func closeWriting() { close([output[1], errors[1]]) }

    private func close(_ ends: [Int32]) {
        for end in ends where end >= 0 { _ = Foundation.close(end) }
    }
}
