// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

/// One API server, as one user. Every function returns a complete, checked answer or throws; none returns a part.
package final class KubeClient: Sendable {
    package let configuration: KubeConfiguration
    private let wire: HTTPWire
    private let options: KubeClientOptions

    package init(configuration: KubeConfiguration, wire: HTTPWire, options: KubeClientOptions = .init()) {
        self.configuration = configuration
        self.wire = wire
        self.options = options
    }

    /// Requests sent (each retry counts again) and retries among them, since the start.
    package var statistics: (requests: Int, retries: Int) { (0, 0) }

    private func absent() -> KubeError { KubeError(reason: .unreachable, message: "not connected") }

    /// The server's `gitVersion`, such as `v1.32.4`.
    package func serverVersion() async throws(KubeError) -> String { throw absent() }

    /// Every served resource. Groups that do not answer, or whose answer is stale, are marked unavailable.
    ///
    /// - Throws: When not even the list of groups can be read.
    package func discover() async throws(KubeError) -> APICatalog { throw absent() }

    /// One object, or nil when the server says that there is none.
    package func get(
        _ resource: APIResource,
        namespace: String,
        name: String
    ) async throws(KubeError) -> KubeObject? { throw absent() }

    /// All objects of a resource in one namespace or (empty) in all, from one snapshot.
    package func list(
        _ resource: APIResource,
        namespace: String = "",
        labelSelector: String = "",
        fieldSelector: String = "",
        metadataOnly: Bool = false
    ) async throws(KubeError) -> KubeList { throw absent() }

    /// The changes of a resource after `resourceVersion`.
    package func watch(
        _ resource: APIResource,
        namespace: String = "",
        labelSelector: String = "",
        resourceVersion: String
    ) -> KubeWatch { KubeWatch() }

    /// Server-side apply with strict field validation.
    package func apply(
        _ object: KubeObject,
        to resource: APIResource,
        fieldManager: String,
        force: Bool = true,
        dryRun: Bool = false
    ) async throws(KubeError) -> WriteAnswer { throw absent() }

    /// Creates an object; fails with `alreadyExists` when there is one.
    package func create(
        _ object: KubeObject,
        in resource: APIResource,
        fieldManager: String
    ) async throws(KubeError) -> WriteAnswer { throw absent() }

    /// Puts an object in the place of the stored one with the same resourceVersion; fails with `conflict` otherwise.
    package func replace(
        _ object: KubeObject,
        in resource: APIResource,
        fieldManager: String
    ) async throws(KubeError) -> WriteAnswer { throw absent() }

    /// Patches one object.
    package func patch(
        _ resource: APIResource,
        namespace: String,
        name: String,
        type: PatchType,
        body: JSON,
        fieldManager: String,
        dryRun: Bool = false
    ) async throws(KubeError) -> WriteAnswer { throw absent() }

    /// Deletes exactly the object with this uid (and, when given, this resourceVersion).
    ///
    /// - Throws: `conflict` when another object has the name by now.
    package func delete(
        _ resource: APIResource,
        namespace: String,
        name: String,
        uid: String,
        resourceVersion: String? = nil,
        propagation: Propagation,
        dryRun: Bool = false
    ) async throws(KubeError) -> DeleteAnswer { throw absent() }
}
