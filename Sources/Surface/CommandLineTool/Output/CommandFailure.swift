// SPDX-License-Identifier: Apache-2.0

/// A command that cannot go on: lines for standard error and the exit status.
struct CommandFailure: Error {
    let lines: [String]
    let status: Int32

    init(_ lines: [String], status: Int32 = 2) {
        self.lines = lines
        self.status = status
    }

    init(_ line: String, status: Int32 = 2) { self.init([line], status: status) }
}
