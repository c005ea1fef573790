// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire

extension KubeConfiguration {
    /// The configuration of a pod: its service account and the API server's address in the environment.
    ///
    /// - Throws: ``KubeError`` with reason `configuration` when this is no pod, or one without a service account token.
    package static func inCluster() throws(KubeError) -> KubeConfiguration {
        try inCluster(
            environment: ProcessInfo.processInfo.environment,
            folder: "/var/run/secrets/kubernetes.io/serviceaccount"
        )
    }

    static func inCluster(environment: [String: String], folder: String) throws(KubeError) -> KubeConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else {
            throw KubeError(
                reason: .configuration,
                message: "not inside a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; "
                    + "give a kubeconfig"
            )
        }
        let server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        guard HTTPOrigin(url: server) != nil else {
            throw KubeError(reason: .configuration, message: "KUBERNETES_SERVICE_HOST or _PORT is no host and port")
        }
        let use = "service account"
        let authorities = try KubeconfigFile.bytes(of: "\(folder)/ca.crt", for: use)
        _ = try KubeconfigFile.bytes(of: "\(folder)/token", for: use)
        let namespacePath = "\(folder)/namespace"
        let namespace =
            FileManager.default.fileExists(atPath: namespacePath)
            ? String(decoding: try KubeconfigFile.bytes(of: namespacePath, for: use), as: UTF8.self) : ""
        return KubeConfiguration(
            server: server,
            namespace: namespace.trimmingCharacters(in: .whitespacesAndNewlines),
            security: HTTPSecurity(trust: .only(authorities: authorities)),
            proxy: .fromEnvironment(for: server, environment: environment),
            credentials: .tokenFile(path: "\(folder)/token")
        )
    }
}
