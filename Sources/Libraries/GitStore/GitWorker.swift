// SPDX-License-Identifier: Apache-2.0

/// The hidden child mode of our own binary, in which all network work of libgit2 runs.
package enum GitWorker {
    /// The first argument that selects this mode.
    package static let command = "git-worker"

    /// Call it first in `main`, before anything else starts: if the arguments ask for the worker, this does its work and
    /// ends the process; otherwise it returns at once.
    ///
    /// - Parameter arguments: `CommandLine.arguments`.
    package static func runIfAsked(arguments: [String]) {
        guard arguments.count > 1, arguments[1] == command else { return }
    }
}
