// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers

/// How an embedded cluster is started.
package struct EmbeddedClusterOptions: Sendable {
    /// The port on 127.0.0.1; 0 for a free one.
    package var port = 0
    /// Where the objects are kept over restarts; nil for memory only.
    package var dataFolder: String?
    /// The administrator's bearer token; nil for a random one.
    package var token: String?
    /// What goes wrong, and what is recorded.
    package var faults = FaultScript()
    /// Admission webhooks; may be changed while the cluster runs.
    package var webhooks = AdmissionScript()
    /// Which images fail and how, and the digest behind each; may be changed while the cluster runs.
    package var images = ImageCatalog()
    /// Whether the cluster has a node that runs pods; otherwise a client registers nodes and reports what their pods
    /// do.
    package var playsNode = true
    /// How long the controllers and the node take.
    package var delays = ControllerDelays()
    /// What the user `limited` may not do.
    package var denied: [DeniedAccess] = []

    /// Memory only, on a free port, nothing failing and nothing denied.
    package init() {}
}
