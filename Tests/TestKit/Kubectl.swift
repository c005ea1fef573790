// SPDX-License-Identifier: Apache-2.0
import Foundation

/// kubectl, run to its end.
package enum Kubectl {
    /// The Debian package that brings it.
    private static let debianPackage = "kubernetes-client"

    /// Whether it is installed; for tests that only hold a table against it.
    package static var isInstalled: Bool { (try? programPath("kubectl", package: debianPackage)) != nil }

    /// Runs kubectl without a cluster.
    package static func run(_ arguments: [String]) async throws -> ProgramResult {
        try await finishProgram("kubectl", arguments, package: debianPackage)
    }

    /// Runs kubectl as the user of a kubeconfig.
    ///
    /// - Parameters:
    ///   - arguments: The command.
    ///   - kubeconfig: The file's text.
    ///   - remembersDiscovery: Whether it may know the cluster's kinds from earlier runs; otherwise it asks anew.
    ///   - input: Its standard input.
    /// - Returns: What it printed, whatever its status.
    /// - Throws: ``MissingProgram`` when it is not installed, and what writing the file throws.
    package static func run(
        _ arguments: [String],
        kubeconfig: [UInt8],
        remembersDiscovery: Bool = false,
        input: String = ""
    ) async throws -> ProgramResult {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "kubeconfig")
            try Data(kubeconfig).write(to: file)
            let cache: [String] =
                remembersDiscovery ? [] : ["--cache-dir", folder.appending(path: "cache").path(percentEncoded: false)]
            return try await finishProgram(
                "kubectl",
                ["--kubeconfig", file.path(percentEncoded: false)] + cache + arguments,
                package: debianPackage,
                input: Array(input.utf8)
            )
        }
    }
}
