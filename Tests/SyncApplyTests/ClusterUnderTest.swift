// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import TestKit

/// The cluster of one test: an embedded one of its own, or the real one that `STERNPOST_E2E_KUBECONFIG` names.
struct ClusterUnderTest: Sendable {
    /// Whether admission, RBAC and quotas are a real API server's.
    static var isReal: Bool { RealCluster.kubeconfigPath != nil }

    let kubeconfig: JSON
    let client: KubeClient
    /// A kubeconfig of a user who may not list Deployments; nil on a real cluster, which has RBAC for that.
    let limitedKubeconfig: JSON?
    private let embedded: EmbeddedCluster?

    /// Runs `body` with a cluster, and ends the cluster if it is embedded.
    static func run(_ body: (ClusterUnderTest) async throws -> Void) async throws {
        if isReal {
            let kubeconfig = try JSONParser.parse(try RealCluster.kubeconfigJSON())
            let client = try client(kubeconfig)
            try await body(.init(kubeconfig: kubeconfig, client: client, limitedKubeconfig: nil, embedded: nil))
            return
        }
        var options = EmbeddedClusterOptions()
        options.denied = [DeniedAccess(verb: "list", resource: "deployments.apps")]
        let cluster = try await EmbeddedCluster.start(options: options)
        let client = try client(cluster.kubeconfig)
        do {
            try await body(
                .init(
                    kubeconfig: cluster.kubeconfig,
                    client: client,
                    limitedKubeconfig: cluster.limitedKubeconfig,
                    embedded: cluster
                )
            )
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    static func client(_ kubeconfig: JSON) throws -> KubeClient {
        let configuration = try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil)
        return KubeClient(configuration: configuration, wire: HTTPWire())
    }

    /// Runs kubectl against the cluster; gives what it printed.
    ///
    /// On a thread of its own: the embedded cluster answers on the threads that a blocking wait would take.
    @discardableResult
    func kubectl(_ arguments: [String]) async throws -> String {
        let kubeconfig = kubeconfig
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Self.runKubectl(arguments, kubeconfig) })
            }
        }
    }

    private static func runKubectl(_ arguments: [String], _ kubeconfig: JSON) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).kubeconfig")
        try Data(kubeconfig.serialized()).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let result = try runProgram("kubectl", ["--kubeconfig", file.path] + arguments, package: "kubernetes-client")
        guard result.status == 0 else { throw MissingProgram(description: "kubectl: \(result.errors)") }
        return String(decoding: result.output, as: UTF8.self)
    }
}
