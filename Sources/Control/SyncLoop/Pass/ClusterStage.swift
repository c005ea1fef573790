// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncPlan
import SyncRender

/// Reads the cluster's side of a pass: its API catalogue, the project's inventory, the live objects.
package actor ClusterStage {
    /// How long a catalogue is believed when every kind is known.
    private static let catalogAge: Duration = .seconds(300)
    /// How long a catalogue is believed when the commit names kinds that it lacks.
    private static let incompleteCatalogAge: Duration = .seconds(10)

    package nonisolated let client: KubeClient
    private let clock = ContinuousClock()
    private var catalog: (value: APICatalog, readAt: ContinuousClock.Instant)?

    package init(client: KubeClient) { self.client = client }

    /// The API catalogue, read anew when it is old, or soon when the commit names a kind that it does not serve.
    package func catalog(for rendered: RenderedSet) async throws(KubeError) -> APICatalog {
        if let catalog {
            let age = catalog.readAt.duration(to: clock.now)
            let isComplete = rendered.objects.allSatisfy { item in
                if case .served = catalog.value.lookup(item.object.gvk) { true } else { false }
            }
            let limit = isComplete ? ClusterStage.catalogAge : ClusterStage.incompleteCatalogAge
            if age < limit, catalog.value.unavailableGroups.isEmpty { return catalog.value }
        }
        let value = try await client.discover()
        catalog = (value, clock.now)
        return value
    }

    /// Forgets the catalogue, after a pass that changed what the cluster serves.
    package func forgetCatalog() { catalog = nil }
}
