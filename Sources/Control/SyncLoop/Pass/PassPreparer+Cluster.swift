// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import SyncRender
import SyncSource

/// The cluster's side of a pass, and the plan.
extension PassPreparer {
    /// Reads the cluster and plans.
    func readCluster(
        _ rendered: RenderedSet,
        _ step: CommitStep?,
        marks: [ObjectID: Inventory.AppliedMark],
        contested: [ObjectID: String]
    ) async throws -> PreparedPass {
        do {
            let catalog = try await cluster.catalog(for: rendered, isWatched: mirror != nil)
            let prepared = try await plan(rendered, step, catalog: catalog, marks: marks, contested: contested)
            // Perhaps a kind is served no longer, or in another version only: the next pass asks what there is.
            if !prepared.live.unreadable.isEmpty { await cluster.forgetCatalog() }
            // A catalogue may grow old while nothing happens; what is written is planned from a young one.
            guard !prepared.plan.isEmpty, try await cluster.renewCatalog() else { return prepared }
            let renewed = try await cluster.catalog(for: rendered)
            return try await plan(rendered, step, catalog: renewed, marks: marks, contested: contested)
        } catch let error as KubeError {
            throw PassFailure(stage: .cluster, message: PassPreparer.message(error), isRetryable: error.isRetryable)
        } catch let error as ApplyError {
            throw PassFailure(stage: .inventory, message: error.description, isRetryable: error.isRetryable)
        }
    }

    private func plan(
        _ rendered: RenderedSet,
        _ step: CommitStep?,
        catalog: APICatalog,
        marks: [ObjectID: Inventory.AppliedMark],
        contested: [ObjectID: String]
    ) async throws -> PreparedPass {
        var inventory = try await store.load(catalog: catalog, parent: await mirror?.parent())
        let orders = try await store.orders()
        inventory.marks = marks
        var (live, generation) = try await readLive(rendered, inventory: inventory, catalog: catalog)
        var policy = project.policy
        policy.source = sourceIdentity
        policy.contested = contested
        policy.rewoundFrom = rewoundTag(rendered.commit, step, inventory: inventory)
        var plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
        if !plan.unread.isEmpty {
            if let mirror {
                live = await mirror.completed(live, with: plan.unread)
            } else {
                (live, _) = try await readLive(rendered, inventory: inventory, catalog: catalog, keepsWhole: true)
            }
            plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
        }
        if !plan.prune.containers.isEmpty {
            let reader = LiveReader(client: cluster.client, applySet: project.applySet)
            live.contents = await reader.contents(of: plan.prune.containers, in: live)
            plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
        }
        let superset = inventory.superset(for: plan)
        if superset != inventory { try await store.checkRoom(for: superset) }
        await mirror?.settle(plan.unchanged)
        return PreparedPass(
            rendered: rendered,
            step: step,
            catalog: catalog,
            inventory: inventory,
            live: live,
            plan: plan,
            generation: generation,
            orders: orders
        )
    }

    /// What people ordered about the project, as it stands in the cluster now; the server is asked only where no watch shows
    /// it. Nil when the project has no inventory.
    func orders() async throws(ApplyError) -> StandingOrders? {
        if let parent = await mirror?.parent() { return try StandingOrders(parent: parent) }
        return try await OrderStore(client: cluster.client, applySet: project.applySet).read()
    }

    private func readLive(
        _ rendered: RenderedSet,
        inventory: Inventory,
        catalog: APICatalog,
        keepsWhole: Bool = false
    ) async throws -> (live: LiveSet, generation: Int?) {
        let namespace = project.policy.targetNamespace
        if let mirror {
            let reading = try await mirror.read(
                for: rendered,
                inventory: inventory,
                catalog: catalog,
                defaultNamespace: namespace
            )
            return (reading.live, reading.generation)
        }
        let live = try await LiveReader(client: cluster.client, applySet: project.applySet).read(
            for: rendered,
            inventory: inventory,
            catalog: catalog,
            defaultNamespace: namespace,
            keepsWhole: keepsWhole,
            isWell: { Kstatus.status(of: $0).status == .current }
        )
        return (live, nil)
    }

    /// One line: a server that does not answer, or lets nobody in, is told apart from one that answers badly.
    private static func message(_ error: KubeError) -> String {
        switch error.reason {
        case .unauthorized:
            "the cluster is unreachable, and nothing is changed until it lets us in: \(error); check the kubeconfig's"
                + " credentials"
        case .unreachable, .timeout, .tls:
            "the cluster is unreachable, and nothing is changed until it answers: \(error)"
        default: error.description
        }
    }

    /// The version tag that is gone and was newer than this commit's; nil when there is none. What the cluster says counts
    /// more than what this process remembers: another operator may have synced last.
    private func rewoundTag(_ commit: CommitInfo, _ step: CommitStep?, inventory: Inventory) -> String? {
        guard case .semver(let text) = project.source.ref else { return nil }
        if inventory.ref.isEmpty {
            return step?.relation == .rewound ? step.map { "of \($0.previous.prefix(8))" } : nil
        }
        return VersionRange.isRewind(from: inventory.ref, to: commit.ref, in: text) ? inventory.ref : nil
    }

    /// `URL#FOLDER`. The address never holds a password: one that does is refused before anything is read.
    private var sourceIdentity: String {
        let address = try? GitAddress(project.source.url)
        return "\(address?.url ?? "")#\(project.source.path)"
    }
}
