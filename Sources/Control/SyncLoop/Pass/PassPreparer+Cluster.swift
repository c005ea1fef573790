// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
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
        residualKey: ResidualKey,
        policy: PlanPolicy
    ) async throws -> (pass: PreparedPass, draft: PlanDraft) {
        do {
            let began = ContinuousClock.now
            let catalog = try await cluster.catalog(for: rendered, isWatched: mirror != nil)
            if let (written, meant) = policy.border.misspeltKind(in: catalog) {
                throw PassFailure(
                    stage: .cluster,
                    message: "--forbid-kinds \(written): the API server has no such kind; write \(meant)",
                    isRetryable: false
                )
            }
            func plan(_ catalog: APICatalog) async throws -> (pass: PreparedPass, draft: PlanDraft) {
                try await self.plan(
                    rendered,
                    step,
                    catalog: catalog,
                    marks: marks,
                    residualKey: residualKey,
                    policy: policy
                )
            }
            var planned = try await plan(catalog)
            if try await isCatalogRenewed(for: planned.pass, since: began) {
                planned = try await plan(try await cluster.catalog(for: rendered))
            }
            // Perhaps a kind is no longer served, or only in another version: the next pass reads the catalogue anew.
            if !planned.pass.live.unreadable.isEmpty { await cluster.forgetCatalog() }
            return planned
        } catch let error as KubeError {
            throw PassFailure(
                stage: .cluster,
                message: PassPreparer.message(error.reason, "\(error)"),
                isRetryable: error.isRetryable
            )
        } catch let error as InventoryError {
            throw PassFailure(stage: .inventory, message: error.description, isRetryable: error.isRetryable)
        }
    }

    /// Reads the catalogue anew where that is due, and tells whether it has changed. It may grow old while nothing
    /// happens, and not before something is written. What is looked for in every kind, the members of a lost inventory
    /// and what goes along with a Namespace, needs the kinds that there are now.
    private func isCatalogRenewed(
        for prepared: PreparedPass,
        since began: ContinuousClock.Instant
    ) async throws(KubeError) -> Bool {
        let searchesAllKinds = await !store.hasInventory
        let mustBeCurrent = searchesAllKinds || prepared.needsCurrentCatalog
        guard mustBeCurrent || !prepared.plan.isEmpty else { return false }
        let moment = mustBeCurrent ? began : ContinuousClock.now - CatalogCache.catalogAge
        return try await cluster.renewCatalog(readBefore: moment)
    }

    /// The commit that was followed last, as stored in the cluster for every data folder; nil where no rule needs it,
    /// or where the cluster has none.
    ///
    /// - Throws: ``PassFailure`` when the cluster cannot be read: then no commit may be followed.
    func followed() async throws -> CommitInfo? {
        // A commit that a person has named is followed whatever was followed before.
        if case .commit = project.source.ref { return nil }
        guard project.remembersCommit else { return nil }
        do throws(InventoryError) {
            return try await store.followed(parent: await mirror?.parent())
        } catch {
            guard case .cluster(let reason) = error.reason else {
                throw PassFailure(stage: .inventory, message: error.description, isRetryable: error.isRetryable)
            }
            throw PassFailure(
                stage: .cluster,
                message: PassPreparer.message(reason, error.description),
                isRetryable: error.isRetryable
            )
        }
    }

    private func plan(
        _ rendered: RenderedSet,
        _ step: CommitStep?,
        catalog: APICatalog,
        marks: [ObjectID: Inventory.AppliedMark],
        residualKey: ResidualKey,
        policy: PlanPolicy
    ) async throws -> (pass: PreparedPass, draft: PlanDraft) {
        var inventory = try await store.load(catalog: catalog, parent: await mirror?.parent())
        // Their names stood in git before, so also one that git no longer declares may be shown.
        cluster.client.redactor.allow(names: inventory.members.keys.lazy.flatMap(\.names))
        let orders = try await store.orders()
        inventory.marks = marks
        inventory.residualKey = residualKey
        let triage = triage(rendered, inventory: inventory, catalog: catalog)
        var (live, generation, unwatched) = try await readLive(rendered, triage, inventory: inventory, catalog: catalog)
        var policy = policy
        policy.remembersCommit = project.remembersCommit
        policy.rewoundFrom = rewoundTag(rendered.commit, step, inventory: inventory)
        let hashes = triage.hashes
        let draft = PlanDraft(rendered, against: live, inventory: inventory, policy: policy, hashes: hashes)
        live = await lookedThrough(live, for: draft)
        let plan = draft.plan(live)
        let superset = inventory.superset(for: plan)
        if superset != inventory { try await store.checkRoom(for: superset) }
        // What is noted only when objects leave takes room as well.
        if plan.prune.doubts.values.contains(.needed) {
            var narrow = superset.narrowed(by: plan)
            if case .allowed = plan.prune.verdict { for step in plan.prune.steps { narrow.members[step.id] = nil } }
            try await store.checkRoom(for: narrow)
        }
        await mirror?.settle(plan.unchanged)
        let pass = PreparedPass(
            rendered: rendered,
            step: step,
            catalog: catalog,
            inventory: inventory,
            live: live,
            plan: plan,
            generation: generation,
            unwatched: unwatched,
            policy: policy,
            orders: orders
        )
        return (pass, draft)
    }

    /// What was read, with what has to be known before anything is deleted: what the containers hold that would go, and who
    /// owns what stays, what would go, and what leaves the inventory, through objects of others.
    private func lookedThrough(_ live: LiveSet, for draft: PlanDraft) async -> LiveSet {
        var live = live
        let reader = LiveReader(client: cluster.client, applySet: project.applySet)
        // What becomes known may keep more, of which more has to be known; nothing is asked for twice.
        while case let questions = draft.questions(live), !questions.isEmpty {
            live = await reader.answer(
                questions,
                in: live,
                witnesses: ContainerContents.witnesses(for: project.applySet)
            )
        }
        return live
    }

    /// What people ordered about the project, as the cluster has it now; the server is asked only where no watch shows
    /// it. Nil when the project has no inventory.
    func orders() async throws(InventoryError) -> StandingOrders? {
        if let parent = await mirror?.parent() { return try StandingOrders(parent: parent) }
        return try await OrderStore(client: cluster.client, applySet: project.applySet).read()
    }

    private func triage(_ rendered: RenderedSet, inventory: Inventory, catalog: APICatalog) -> Triage {
        Triage(
            rendered: rendered,
            catalog: catalog,
            inventory: inventory,
            defaultNamespace: project.policy.targetNamespace
        )
    }

    private func readLive(
        _ rendered: RenderedSet,
        _ triage: Triage,
        inventory: Inventory,
        catalog: APICatalog
    ) async throws -> (live: LiveSet, generation: Int?, unwatched: Set<ObjectID>) {
        let scope = ReadScope(
            rendered: rendered.objects,
            inventory: inventory,
            catalog: catalog,
            defaultNamespace: project.policy.targetNamespace
        )
        if let mirror {
            let reading = try await mirror.read(scope, triage: triage)
            return (reading.live, reading.generation, reading.unwatched)
        }
        let live = try await LiveReader(client: cluster.client, applySet: project.applySet).read(
            scope,
            triage: triage,
            isWell: { Kstatus.status(of: $0).status == .current }
        )
        return (live, nil, [])
    }

    /// One line that distinguishes a server that does not answer, or refuses the credentials, from one that answers
    /// with an error.
    private static func message(_ reason: KubeError.Reason, _ text: String) -> String {
        let end = reason == .unauthorized ? "it does" : "it answers"
        return ClusterAdvice.line(reason, text, consequence: ", and nothing is changed until \(end)")
    }

    /// The version tag that is gone and was newer than this commit's; nil when there is none. The cluster's record
    /// counts more than what this process remembers: another operator may have synced last.
    private func rewoundTag(_ commit: CommitInfo, _ step: CommitStep?, inventory: Inventory) -> String? {
        guard case .semver(let text) = project.source.ref else { return nil }
        if inventory.ref.isEmpty {
            return step?.relation == .rewound ? step.map { "of \($0.previous.prefix(8))" } : nil
        }
        return VersionRange.isRewind(from: inventory.ref, to: commit.ref, in: text) ? inventory.ref : nil
    }
}
