// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// Why this process may not write for a project.
package struct LeaseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What stands in the way.
    package enum Reason: Sendable, Hashable {
        /// Another process leads.
        case held(by: String)
        /// This process led and does not any more.
        case lost
        /// The lease could not be read or written.
        case cluster(KubeError.Reason)
        /// The task was cancelled.
        case cancelled
    }

    package let reason: Reason
    /// One line: what, why, and what to do.
    package let description: String

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    /// What the API server said, or that it said nothing.
    init(_ error: KubeError, while doing: String) {
        let remedy =
            error.reason == .forbidden
            ? "; grant get, create and update on leases of coordination.k8s.io to Sternpost's account" : ""
        self.init(error.reason == .cancelled ? .cancelled : .cluster(error.reason), "\(doing): \(error)\(remedy)")
    }

    /// Whether the same may succeed later without a person's help.
    package var isRetryable: Bool {
        switch reason {
        case .held, .lost, .cancelled: true
        case .cluster(let reason): reason != .forbidden && reason != .configuration
        }
    }
}
