// SPDX-License-Identifier: Apache-2.0
import KubeClient
import SyncApply
import SyncLook

/// What it means that the cluster gave no answer, or none to us, and what to do.
package enum ClusterAdvice {
    /// One line about an error, for whoever gave the command: as it is, unless the cluster did not answer or does not
    /// accept the credentials.
    package static func line(about error: any Error) -> String { line(reason(of: error), "\(error)") }

    /// One line about a failure of the cluster.
    ///
    /// - Parameters:
    ///   - reason: What went wrong; nil when it was not a request to the cluster.
    ///   - text: The error's own words.
    ///   - consequence: What that means until it is over, such as `, and nothing is changed until it answers`.
    /// - Returns: What is wrong, the words, and what to do.
    static func line(_ reason: KubeError.Reason?, _ text: String, consequence: String = "") -> String {
        switch reason {
        case .unauthorized:
            "the cluster does not accept the credentials\(consequence): \(text); check the kubeconfig's user, or log in again"
        case .unreachable, .timeout:
            "the cluster is unreachable\(consequence): \(text); check that it runs, and the kubeconfig's server"
        case .tls:
            "there is no trusted connection to the cluster\(consequence): \(text); check the kubeconfig's server and certificates"
        default: text
        }
    }

    private static func reason(of error: any Error) -> KubeError.Reason? {
        switch error {
        case let error as KubeError: return error.reason
        case let error as InventoryError:
            guard case .cluster(let reason) = error.reason else { return nil }
            return reason
        case let error as LeaseError:
            guard case .cluster(let reason) = error.reason else { return nil }
            return reason
        default: return nil
        }
    }
}
