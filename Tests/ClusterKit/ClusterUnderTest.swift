// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import TestKit

/// The cluster of one test: an embedded one of its own, or the real one that `STERNPOST_E2E_KUBECONFIG` names.
package struct ClusterUnderTest: Sendable {
    /// Whether admission, RBAC and quotas are a real API server's.
    package static var isReal: Bool { RealCluster.kubeconfigPath != nil }

    package let kubeconfig: JSON
    package let client: KubeClient
    /// A kubeconfig of a user who is denied what the options say; nil on a real cluster, which has RBAC for that.
    package let limitedKubeconfig: JSON?
    /// For faults and for what was asked of it; nil on a real cluster.
    package let embedded: EmbeddedCluster?

    /// Runs `body` with a cluster, and ends the cluster if it is embedded. Its limited user may not list Deployments.
    ///
    /// - Parameters:
    ///   - options: How the embedded cluster is started; a real one has nothing of it.
    ///   - body: The test.
    /// - Throws: What the test throws, and what starting the cluster throws.
    package static func run(
        options: EmbeddedClusterOptions = .init(),
        _ body: (ClusterUnderTest) async throws -> Void
    ) async throws {
        var options = options
        options.denied = [DeniedAccess(verb: "list", resource: "deployments.apps")]
        let cluster = try await start(options: options)
        do {
            try await body(cluster)
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
    }

    /// Starts an embedded cluster, or takes the real one where there is one.
    ///
    /// - Parameters:
    ///   - options: How the embedded cluster is started; a real one has nothing of it.
    ///   - isEmbeddedOnly: Whether a real cluster may not take its place.
    /// - Returns: The cluster; whoever starts it also stops it.
    /// - Throws: What starting the cluster or reading the kubeconfig throws.
    package static func start(
        options: EmbeddedClusterOptions,
        isEmbeddedOnly: Bool = false
    ) async throws -> ClusterUnderTest {
        if isReal, !isEmbeddedOnly {
            let kubeconfig = try JSONParser.parse(try RealCluster.kubeconfigJSON())
            let client = try client(kubeconfig)
            return ClusterUnderTest(kubeconfig: kubeconfig, client: client, limitedKubeconfig: nil, embedded: nil)
        }
        let cluster = try await EmbeddedCluster.start(options: options)
        return ClusterUnderTest(
            kubeconfig: cluster.kubeconfig,
            client: try client(cluster.kubeconfig),
            limitedKubeconfig: cluster.limitedKubeconfig,
            embedded: cluster
        )
    }

    /// Ends the cluster if it is embedded.
    package func stop() async { await embedded?.stop() }

    /// Runs `body` in a namespace of its own, whose name begins with `prefix`; it is deleted afterwards.
    ///
    /// - Parameters:
    ///   - prefix: The first part of the name; the rest is random.
    ///   - body: The test; it gets the name.
    /// - Throws: What the test throws, and what creating and deleting the namespace throws.
    package func withNamespace(_ prefix: String, _ body: (String) async throws -> Void) async throws {
        let name = "\(prefix)-\(UUID().uuidString.lowercased().prefix(8))"
        let space = try KubeObject(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        let created = try await client.create(space, in: .namespaces, fieldManager: "test").object
        let result: Result<Void, any Error>
        do { result = .success(try await body(name)) } catch { result = .failure(error) }
        let uid = created.uid ?? ""
        _ = try await client.delete(.namespaces, namespace: "", name: name, uid: uid, propagation: .background)
        try result.get()
    }

    /// A client for the user of a kubeconfig.
    package static func client(_ kubeconfig: JSON) throws -> KubeClient {
        let configuration = try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil)
        return KubeClient(configuration: configuration, wire: HTTPWire())
    }

    /// A client for a service account of a real cluster, which may do what its roles say.
    package func client(serviceAccount: String, namespace: String) async throws -> KubeClient {
        let token = try await kubectl(["--namespace", namespace, "create", "token", serviceAccount])
        var kubeconfig = kubeconfig
        let names = (kubeconfig["users"]?.array ?? []).compactMap { $0["name"] }
        let user: JSON = ["token": .string(token.filter { !$0.isWhitespace })]
        kubeconfig["users"] = .array(names.map { ["name": $0, "user": user] })
        return try Self.client(kubeconfig)
    }

    /// Runs kubectl against the cluster; gives what it printed.
    @discardableResult
    package func kubectl(_ arguments: [String]) async throws -> String {
        let result = try await Kubectl.run(arguments, kubeconfig: kubeconfig.serialized(), remembersDiscovery: true)
        guard result.status == 0 else { throw MissingProgram(description: "kubectl: \(result.errors)") }
        return result.output
    }
}
