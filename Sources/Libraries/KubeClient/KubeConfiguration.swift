// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

/// Where an API server is, whom to trust and as whom to speak. Holds secrets: it has no description and is never stored.
package struct KubeConfiguration: Sendable {
    /// The URL without a trailing slash, such as `https://10.0.0.1:6443`.
    package let server: String
    /// The namespace of the context, `default` when it names none.
    package let namespace: String

    /// Reads a kubeconfig, given as one JSON document; the caller merges several files.
    ///
    /// Relative paths in it refer to `folder`. A nil `context` takes `current-context`.
    ///
    /// - Throws: ``KubeError`` with reason `configuration`, naming the field.
    package init(kubeconfig: JSON, folder: String, context: String?) throws(KubeError) {
        throw KubeError(reason: .configuration, message: "kubeconfig is not read yet")
    }

    /// The configuration of a pod: its service account and the API server's address in the environment.
    package static func inCluster() throws(KubeError) -> KubeConfiguration {
        throw KubeError(reason: .configuration, message: "not inside a cluster")
    }
}
