// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Our own binary: git's network work runs in a child process of it.
package enum OwnExecutable {
    /// The path of the running binary.
    package static var path: String {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return own ?? CommandLine.arguments.first ?? "sternpost"
    }
}
