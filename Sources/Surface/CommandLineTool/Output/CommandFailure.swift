// SPDX-License-Identifier: Apache-2.0
import SyncLoop

/// A command that cannot go on: lines for standard error and the exit status.
package struct CommandFailure: Error {
    let lines: [String]
    let status: Int32

    /// The status is 2 where nothing could be begun.
    package init(_ lines: [String], status: Int32 = 2) {
        self.lines = lines
        self.status = status
    }

    /// What ended a command: one line, with what to do where the cluster did not answer.
    init(of error: any Error) { self.init(ClusterAdvice.line(about: error)) }

    /// One line.
    package init(_ line: String, status: Int32 = 2) { self.init([line], status: status) }
}
