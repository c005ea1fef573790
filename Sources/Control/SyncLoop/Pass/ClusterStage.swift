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
    ///
    /// - Parameters:
    ///   - rendered: What the commit wants.
    ///   - isWatched: Whether watches tell when a kind is no longer served: age alone is no reason to ask again then.
    /// - Returns: What the API server serves.
    /// - Throws: When not even the list of groups can be read.
    package func catalog(for rendered: RenderedSet, isWatched: Bool = false) async throws(KubeError) -> APICatalog {
        if let catalog {
            let age = catalog.readAt.duration(to: clock.now)
            let isComplete = rendered.objects.allSatisfy { item in
                if case .served = catalog.value.lookup(item.object.gvk) { true } else { false }
            }
            let limit = isComplete ? ClusterStage.catalogAge : ClusterStage.incompleteCatalogAge
            if age < limit || (isWatched && isComplete), catalog.value.unavailableGroups.isEmpty {
                return catalog.value
            }
        }
        let value = try await client.discover()
        catalog = (value, clock.now)
        return value
    }

    /// Reads the catalogue anew if it is old, because something is about to be written by it.
    ///
    /// - Returns: Whether it says something else now.
    package func renewCatalog() async throws(KubeError) -> Bool {
        guard let known = catalog, known.readAt.duration(to: clock.now) >= ClusterStage.catalogAge else { return false }
        let value = try await client.discover()
        catalog = (value, clock.now)
        return value != known.value
    }

    /// Forgets the catalogue, after a pass that changed what the cluster serves.
    package func forgetCatalog() { catalog = nil }
}
