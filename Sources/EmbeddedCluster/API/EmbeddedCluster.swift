// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterStore
import Foundation
import HummingbirdCore
import KubeObjects
import Logging
import NIOCore
import NIOPosix

/// A Kubernetes API on loopback, in this process: a demo and test double, never a production cluster.
///
/// kubectl works against it, and the operator cannot tell it from a real one for what it uses. Its controllers play the
/// rest: workloads become ready, services get addresses, namespaces empty themselves.
package final class EmbeddedCluster: Sendable {
    /// `http://127.0.0.1:PORT`.
    package let url: String
    /// A kubeconfig of the administrator.
    package let kubeconfig: JSON
    /// A kubeconfig of the user `limited`, whom the options deny some things.
    package let limitedKubeconfig: JSON
    /// What goes wrong, and what was asked; may be changed at any time.
    package let faults: FaultScript
    /// Its admission webhooks; may be changed at any time.
    package let webhooks: AdmissionScript
    /// The API without its network, for tests that look behind it.
    package let client: LocalClient

    private let running: Task<Void, any Error>
    private let listener: Listener

    private init(
        url: String,
        access: AccessRules,
        faults: FaultScript,
        webhooks: AdmissionScript,
        client: LocalClient,
        running: Task<Void, any Error>,
        listener: Listener
    ) {
        self.url = url
        self.faults = faults
        self.webhooks = webhooks
        self.client = client
        self.running = running
        self.listener = listener
        kubeconfig = Kubeconfig.document(url: url, user: "admin", token: access.administratorToken)
        limitedKubeconfig = Kubeconfig.document(url: url, user: "limited", token: access.limitedToken)
    }

    /// Starts a cluster and returns when it answers and its own objects are there.
    ///
    /// - Parameter options: Port, data folder, faults, images that fail, denied verbs.
    /// - Returns: The running cluster; ``stop()`` ends it.
    /// - Throws: What binding the port or reading the data folder throws.
    package static func start(options: EmbeddedClusterOptions = .init()) async throws -> EmbeddedCluster {
        let store = try options.dataFolder.map(ObjectStore.init(folder:)) ?? ObjectStore()
        let machinery = APIMachinery(store: store, webhooks: options.webhooks)
        let client = machinery.client(as: "kube-controller-manager")
        try InitialObjects(client: client.acting(as: "kube-apiserver")).create()
        let controllers = ControllerTree(
            client: client,
            services: machinery.preparation.services,
            images: options.images,
            delays: options.delays,
            playsNode: options.playsNode
        )
        try controllers.bootstrap()
        let access = AccessRules(
            administratorToken: options.token ?? AccessToken.random(),
            limitedToken: AccessToken.random(),
            denied: options.denied
        )
        let listener = Listener()
        let (bound, announcement) = AsyncStream<Int>.makeStream()
        // The server outlives this call; `stop()` cancels the task and waits for it.
        let running = Task {
            defer { announcement.finish() }
            try await serve(options, machinery, controllers, access, listener) { announcement.yield($0) }
        }
        guard let port = await bound.first(where: { _ in true }) else {
            try await running.value
            throw CancellationError()
        }
        return EmbeddedCluster(
            url: "http://127.0.0.1:\(port)",
            access: access,
            faults: options.faults,
            webhooks: options.webhooks,
            client: client,
            running: running,
            listener: listener
        )
    }

    /// Closes all connections, stops the controllers and returns when nothing of the cluster is left.
    package func stop() async {
        await listener.close()
        running.cancel()
        _ = await running.result
    }

    private static func serve(
        _ options: EmbeddedClusterOptions,
        _ machinery: APIMachinery,
        _ controllers: ControllerTree,
        _ access: AccessRules,
        _ listener: Listener,
        announce: @escaping @Sendable (Int) -> Void
    ) async throws {
        let handler = RequestHandler(
            machinery: machinery,
            access: access,
            discovery: DiscoveryDocuments(resources: machinery.resources),
            openAPI: OpenAPIDocuments(resources: machinery.resources, version: "v1.\(ServerVersion.minor).0")
        )
        let frontEnd = HTTPFrontEnd(handler: handler, faults: options.faults)
        var logger = Logger(label: "sternpost.embedded-cluster")
        logger.logLevel = .critical
        let server = Server(
            childChannelSetup: FollowedChannel(
                base: HTTP1Channel(responder: { request, output, _ in
                    try await frontEnd.respond(request, output)
                }),
                listener: listener
            ),
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: options.port)),
            onServerRunning: { channel in
                listener.opened(channel)
                announce(channel.localAddress?.port ?? options.port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            group.addTask { await TerminationLoop(machinery: machinery).run() }
            group.addTask { await controllers.run() }
            try await group.next()
            group.cancelAll()
        }
    }
}
