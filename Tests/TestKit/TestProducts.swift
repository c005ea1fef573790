// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The executables that the package builds beside its tests.
package enum TestProducts {
    /// The path of an executable target's product, such as `GitWorkerFixture` or `sternpost`.
    ///
    /// - Throws: ``MissingProgram`` when it was not built.
    package static func path(of name: String) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: own).deletingLastPathComponent().appending(path: name).path(percentEncoded: false)
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw MissingProgram(description: "\(path) is not built; run swift build --build-tests")
        }
        return path
    }
}
