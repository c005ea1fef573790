// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import SyncApply
import SyncPlan
import SyncRender
import SyncSource

/// The reading half of a pass: source, render, cluster, plan. Writes nothing anywhere, so `diff` uses it alone.
package struct PassPreparer: Sendable {
    package let project: Project
    let source: SourceStage
    let cluster: ClusterStage
    let store: InventoryStore
    let progress: (@Sendable (PassProgress) -> Void)?

    package init(
        project: Project,
        reader: SourceReader,
        client: KubeClient,
        progress: (@Sendable (PassProgress) -> Void)? = nil
    ) {
        self.project = project
        source = SourceStage(reader: reader)
        cluster = ClusterStage(client: client)
        store = InventoryStore(client: client, applySet: project.applySet, project: project.name)
        self.progress = progress
    }

    /// Reads both sides and makes the plan.
    ///
    /// - Parameter marks: What earlier passes saw; may be empty.
    /// - Returns: What is wanted, what there is, and the plan.
    /// - Throws: ``PassFailure`` or ``RenderFailure``.
    package func prepare(marks: [ObjectID: Inventory.AppliedMark]) async throws -> PreparedPass {
        let rendered = try await readSource()
        progress?(.rendered(rendered.commit, objects: rendered.objects.count))
        for item in rendered.objects { Redactor.shared.register(secretObject: item.object) }
        let prepared = try await readCluster(rendered, marks: marks)
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

    private func readCluster(
        _ rendered: RenderedSet,
        marks: [ObjectID: Inventory.AppliedMark]
    ) async throws -> PreparedPass {
        do {
            let catalog = try await cluster.catalog(for: rendered)
            var inventory = try await store.load(catalog: catalog)
            inventory.marks = marks
            let live = try await LiveReader(client: cluster.client, applySet: project.applySet).read(
                for: rendered,
                inventory: inventory,
                catalog: catalog,
                defaultNamespace: project.policy.targetNamespace
            )
            var policy = project.policy
            policy.source = sourceIdentity
            let plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
            return PreparedPass(rendered: rendered, catalog: catalog, inventory: inventory, live: live, plan: plan)
        } catch let error as KubeError {
            throw PassFailure(stage: .cluster, message: error.description, isRetryable: error.isRetryable)
        } catch let error as ApplyError {
            throw PassFailure(stage: .inventory, message: error.description, isRetryable: error.isRetryable)
        }
    }

    /// `URL#FOLDER`. The address never holds a password: one that does is refused before anything is read.
    private var sourceIdentity: String {
        let address = try? GitAddress(project.source.url)
        return "\(address?.url ?? "")#\(project.source.path)"
    }
}
