// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncRender

/// Keeps what the cluster serves, its API catalogue, from pass to pass, and reads it anew when that is due.
package actor CatalogCache {
    /// How long a catalogue is used when it has every kind of the commit; with watches, until something is about to be
    /// written.
    package static let catalogAge: Duration = .seconds(300)

    package nonisolated let client: KubeClient
    private let clock = ContinuousClock()
    private let searchInterval: Duration
    private var catalog: (value: APICatalog, readAt: ContinuousClock.Instant)?
    /// When discovery last had no answer for a kind of the commit.
    private var lastMiss: ContinuousClock.Instant?

    /// - Parameters:
    ///   - client: The cluster.
    ///   - searchInterval: A kind that discovery did not show is looked for again no sooner than this.
    package init(client: KubeClient, searchInterval: Duration = .seconds(10)) {
        self.client = client
        self.searchInterval = searchInterval
    }

    /// The API catalogue, read anew when it is old, and at once when the commit names a kind that it does not show; a kind
    /// that even then is not there is not asked for again before `searchInterval`.
    ///
    /// - Parameters:
    ///   - rendered: What the commit wants.
    ///   - isWatched: Whether watches tell when a kind is no longer served: age alone is no reason to ask again then.
    /// - Returns: What the API server serves.
    /// - Throws: When not even the list of groups can be read.
    package func catalog(for rendered: RenderedSet, isWatched: Bool = false) async throws(KubeError) -> APICatalog {
        if let catalog {
            let isFresh = catalog.readAt.duration(to: clock.now) < CatalogCache.catalogAge
            let isComplete = shows(rendered, catalog.value)
            let wasLookedFor = lastMiss.map { $0.duration(to: clock.now) < searchInterval } ?? false
            let isBelieved = isComplete ? isFresh || isWatched : isFresh && wasLookedFor
            if isBelieved, catalog.value.unavailableGroups.isEmpty { return catalog.value }
        }
        let value = try await client.discover()
        catalog = (value, clock.now)
        lastMiss = shows(rendered, value) ? nil : clock.now
        return value
    }

    /// Reads the catalogue anew if it was read before a moment, because something is about to be written.
    ///
    /// - Parameter moment: What was read since then is current enough: five minutes ago, or the beginning of the pass
    ///   before a Namespace is deleted and before members are looked for in the whole cluster.
    /// - Returns: Whether it has changed.
    /// - Throws: When it is due and cannot be read.
    package func renewCatalog(readBefore moment: ContinuousClock.Instant) async throws(KubeError) -> Bool {
        guard let known = catalog, known.readAt < moment else { return false }
        let value = try await client.discover()
        catalog = (value, clock.now)
        return value != known.value
    }

    /// Whether a catalogue serves every kind of the commit.
    private func shows(_ rendered: RenderedSet, _ catalog: APICatalog) -> Bool {
        rendered.objects.allSatisfy { item in
            if case .served = catalog.lookup(item.object.gvk) { true } else { false }
        }
    }

    /// Forgets the catalogue, after a pass that changed what the cluster serves.
    package func forgetCatalog() { catalog = nil }
}
