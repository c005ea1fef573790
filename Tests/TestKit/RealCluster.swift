// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The real API server that `STERNPOST_E2E_KUBECONFIG` names, for tests that also run against one.
package enum RealCluster {
    /// The kubeconfig's path; nil when no real cluster is given.
    package static var kubeconfigPath: String? {
        ProcessInfo.processInfo.environment["STERNPOST_E2E_KUBECONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The kubeconfig as one JSON document with all files inline, as `kubectl config view` prints it.
    package static func kubeconfigJSON() throws -> [UInt8] {
        guard let path = kubeconfigPath else {
            throw MissingProgram(description: "STERNPOST_E2E_KUBECONFIG is not set")
        }
        let arguments = ["config", "view", "--raw", "--flatten", "-o", "json", "--kubeconfig", path]
        let result = try runProgram("kubectl", arguments, package: "kubernetes-client")
        guard result.status == 0 else {
            throw MissingProgram(description: "kubectl config view failed: \(result.errors)")
        }
        return result.bytes
    }
}
