// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// The cluster's controllers: everything that happens in it without a request.
///
/// They run as one loop, one call at a time, so that no two of them race; the loop is a child of the task that calls
/// ``run()`` and ends with it.
package struct ControllerTree: Sendable {
    private let client: LocalClient
    private let services: ServiceAllocator
    private let images: ImageCatalog
    private let delays: ControllerDelays
    private let playsNode: Bool
    private let rootCertificate: String

    /// - Parameters:
    ///   - client: The API; each controller writes under the manager name of its real counterpart.
    ///   - services: The allocator that the API uses when it writes Services.
    ///   - images: Which images fail, and their digests; may be changed at run time.
    ///   - delays: How long things take.
    ///   - playsNode: Whether there is a node that runs pods.
    ///   - rootCertificate: PEM text for the `kube-root-ca.crt` of every namespace.
    package init(
        client: LocalClient,
        services: ServiceAllocator,
        images: ImageCatalog,
        delays: ControllerDelays = ControllerDelays(),
        playsNode: Bool = true,
        rootCertificate: String = ""
    ) {
        self.client = client.acting(as: "kube-controller-manager")
        self.services = services
        self.images = images
        self.delays = delays
        self.playsNode = playsNode
        self.rootCertificate = rootCertificate
    }

    /// Makes the node and the classes that every cluster has, as far as they are missing; call it before serving.
    package func bootstrap() throws(StatusError) {
        try ClusterBootstrap(client: client, now: .now, hasNode: playsNode).run()
    }

    /// Runs the controllers until the task is cancelled.
    package func run() async {
        let recorder = EventRecorder(client: client)
        var loop = ControllerLoop(client: client, recorder: recorder, reconcilers: reconcilers)
        await loop.run()
    }

    private var reconcilers: [any Reconciler] {
        let all: [any Reconciler] = [
            NamespaceReconciler(rootCertificate: rootCertificate), GarbageCollector(), NodeReconciler(),
            DeploymentReconciler(), ReplicaSetReconciler(), StatefulSetReconciler(), DaemonSetReconciler(),
            JobReconciler(), SchedulerReconciler(), KubeletReconciler(images: images, delays: delays),
            LoadBalancerReconciler(allocator: services), EndpointsReconciler(), IngressReconciler(),
            VolumeReconciler(), DisruptionReconciler(), EventExpiry(),
        ]
        return playsNode ? all : all.filter { !($0 is NodeReconciler || $0 is KubeletReconciler) }
    }
}
