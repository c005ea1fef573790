// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Logging
import SyncApply
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// Brings one project's cluster to what its repository says, one pass at a time, and writes down why.
package actor ProjectReconciler {
    /// How passes are made.
    package struct Settings: Sendable {
        /// Whether a pass with nothing to do is written down too; the loop says no, a person's `sync` says yes.
        package var recordsQuietPasses: Bool
        /// Requests in flight while applying.
        package var concurrency: Int
        /// Whether the pass waits until its objects are healthy.
        package var waitsForHealth: Bool

        package init(recordsQuietPasses: Bool, concurrency: Int = 8, waitsForHealth: Bool = true) {
            self.recordsQuietPasses = recordsQuietPasses
            self.concurrency = concurrency
            self.waitsForHealth = waitsForHealth
        }
    }

    package nonisolated let project: Project
    let source: SourceStage
    let cluster: ClusterStage
    let store: InventoryStore
    let history: History
    let settings: Settings
    let logger: Logger
    let progress: (@Sendable (PassProgress) -> Void)?
    /// The last failure that was written down: the same one again is not written at every poll.
    var lastFailure: PassFailure?
    /// What stood in the way at the last pass that was written down.
    var lastStanding: [String] = []
    /// The commit of the last pass that was written down by this process.
    var lastCommitID: String?

    package init(
        project: Project,
        reader: SourceReader,
        client: KubeClient,
        history: History,
        settings: Settings,
        logger: Logger,
        progress: (@Sendable (PassProgress) -> Void)? = nil
    ) {
        self.project = project
        source = SourceStage(reader: reader)
        cluster = ClusterStage(client: client)
        store = InventoryStore(client: client, applySet: project.applySet, project: project.name)
        self.history = history
        self.settings = settings
        self.logger = logger
        self.progress = progress
    }

    /// Where the project's ref points now; the loop asks while a pass waits for health, to let a newer commit in.
    package nonisolated func poll() async throws(SourceError) -> SourceTip { try await source.poll() }

    /// Makes one pass.
    ///
    /// Never throws: whatever goes wrong is in the outcome, and in the history as far as that can be written.
    ///
    /// - Parameters:
    ///   - trigger: Why the pass is made.
    ///   - isSuperseded: Asked while waiting for health; true ends the wait because a newer commit is there.
    package func pass(
        _ trigger: RunTrigger,
        isSuperseded: @escaping @Sendable (CommitInfo) async -> Bool = { _ in false }
    ) async -> PassOutcome {
        let clock = ContinuousClock()
        let started = clock.now
        do {
            let prepared = try await prepare()
            let state = try await history.state(of: project.name)
            let standing = prepared.standing(approved: state.approval?.hash)
            lastFailure = nil
            let isKnown = prepared.plan.commit.id == (lastCommitID ?? state.applied?.id)
            if let standing, standing == lastStanding, isKnown, !settings.recordsQuietPasses {
                return try await quietOutcome(prepared, duration: started.duration(to: clock.now))
            }
            lastStanding = standing ?? []
            lastCommitID = prepared.plan.commit.id
            return try await carryOut(
                prepared,
                state: state,
                trigger: trigger,
                started: started,
                isSuperseded: isSuperseded
            )
        } catch let failure as RenderFailure {
            return await failed(render: failure, trigger: trigger, duration: started.duration(to: clock.now))
        } catch let failure as PassFailure {
            return await failed(failure, trigger: trigger, duration: started.duration(to: clock.now))
        } catch {
            let failure = PassFailure(
                stage: .history,
                message: Redactor.shared.redact("\(error)"),
                isRetryable: true
            )
            return await failed(failure, trigger: trigger, duration: started.duration(to: clock.now))
        }
    }

    /// Reads both sides and makes the plan; writes nothing anywhere.
    ///
    /// - Throws: ``PassFailure`` or ``RenderFailure``.
    package func prepare() async throws -> PreparedPass {
        let rendered = try await readSource()
        progress?(.rendered(rendered.commit, objects: rendered.objects.count))
        for item in rendered.objects { Redactor.shared.register(secretObject: item.object) }
        let prepared = try await readCluster(rendered)
        progress?(
            .planned(
                changes: prepared.plan.waves.reduce(0) { $0 + $1.steps.count },
                unchanged: prepared.plan.unchanged.count,
                prunes: prepared.plan.prune.steps.count
            )
        )
        return prepared
    }

    private func readSource() async throws -> RenderedSet {
        progress?(.reading(url: Redactor.shared.redact(project.source.url)))
        do {
            return try await source.rendered(at: try await source.poll())
        } catch let error as SourceError {
            throw PassFailure(stage: .source, message: error.message, isRetryable: error.isRetryable)
        }
    }

    private func readCluster(_ rendered: RenderedSet) async throws -> PreparedPass {
        do {
            let catalog = try await cluster.catalog(for: rendered)
            var inventory = try await store.load(catalog: catalog)
            inventory.marks = try await history.marks(of: project.name)
            let live = try await LiveReader(client: cluster.client, applySet: project.applySet).read(
                for: rendered,
                inventory: inventory,
                catalog: catalog,
                defaultNamespace: project.policy.targetNamespace
            )
            for object in live.objects.values { Redactor.shared.register(secretObject: object) }
            let plan = Planner.plan(rendered, against: live, inventory: inventory, policy: project.policy)
            return PreparedPass(rendered: rendered, catalog: catalog, inventory: inventory, live: live, plan: plan)
        } catch let error as KubeError {
            throw PassFailure(stage: .cluster, message: error.description, isRetryable: error.isRetryable)
        } catch let error as ApplyError {
            throw PassFailure(stage: .inventory, message: error.description, isRetryable: error.isRetryable)
        }
    }
}
