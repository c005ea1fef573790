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
    /// - Parameters:
    ///   - marks: What earlier passes saw; may be empty.
    ///   - previous: The commit of the last pass that wrote to the cluster; nil checks nothing against it.
    /// - Returns: What is wanted, what there is, and the plan.
    /// - Throws: ``PassFailure`` or ``RenderFailure``.
    package func prepare(
        marks: [ObjectID: Inventory.AppliedMark],
        previous: CommitInfo? = nil
    ) async throws -> PreparedPass {
        let (rendered, step) = try await readSource(after: previous)
        progress?(.rendered(rendered.commit, objects: rendered.objects.count))
        for item in rendered.objects { Redactor.shared.register(secretObject: item.object) }
        let prepared = try await readCluster(rendered, step, marks: marks)
        progress?(
            .planned(
                changes: prepared.plan.waves.reduce(0) { $0 + $1.steps.count },
                unchanged: prepared.plan.unchanged.count,
                prunes: prepared.plan.prune.steps.count
            )
        )
        return prepared
    }

    private func readSource(after previous: CommitInfo?) async throws -> (RenderedSet, CommitStep?) {
        progress?(.reading(url: Redactor.shared.redact(project.source.url)))
        do {
            let tip = try await source.poll(after: previous?.id) { [progress] tip in
                progress?(.rewinding(ref: tip.refName, from: previous?.id ?? "", to: tip.commitID))
            }
            let step = try await step(to: tip, from: previous)
            return (try await source.rendered(at: tip), step)
        } catch let error as SourceError {
            throw PassFailure(stage: .source, message: error.message, isRetryable: error.isRetryable)
        }
    }

    /// How the tip follows from the commit before it.
    ///
    /// - Throws: ``PassFailure`` for a tag that moved, and for rewritten history where the project wants none.
    private func step(to tip: SourceTip, from previous: CommitInfo?) async throws -> CommitStep? {
        guard let previous, previous.ref == tip.refName, previous.id != tip.commitID else { return nil }
        switch project.source.ref {
        case .commit: return nil
        case .tag, .semver:
            throw PassFailure(
                stage: .source,
                message:
                    "tag \(tip.refName) was moved from \(previous.shortID) to \(tip.commitID.prefix(8)), and tags that "
                    + "move are not followed: the cluster stays at \(previous.shortID); make a new tag, or set ref.commit "
                    + "to \(tip.commitID) if it is meant",
                isRetryable: false
            )
        case .branch: break
        }
        let relation = try await source.relation(of: tip, to: previous.id)
        guard relation.isFastForward || !project.requiresFastForward else {
            throw PassFailure(
                stage: .source,
                message: "branch \(tip.refName) was \(relation == .rewound ? "set back" : "rewritten"): "
                    + "\(tip.commitID.prefix(8)) does not continue \(previous.shortID), which requireFastForward forbids: "
                    + "the cluster stays at \(previous.shortID); push a commit that continues it, or set "
                    + "requireFastForward: false until \(tip.commitID.prefix(8)) is synced",
                isRetryable: false
            )
        }
        return CommitStep(previous: previous.id, relation: relation)
    }

    private func readCluster(
        _ rendered: RenderedSet,
        _ step: CommitStep?,
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
            return PreparedPass(
                rendered: rendered,
                step: step,
                catalog: catalog,
                inventory: inventory,
                live: live,
                plan: plan
            )
        } catch let error as KubeError {
            throw PassFailure(stage: .cluster, message: PassPreparer.message(error), isRetryable: error.isRetryable)
        } catch let error as ApplyError {
            throw PassFailure(stage: .inventory, message: error.description, isRetryable: error.isRetryable)
        }
    }

    /// One line: a server that does not answer, or lets nobody in, is told apart from one that answers badly.
    private static func message(_ error: KubeError) -> String {
        switch error.reason {
        case .unreachable, .timeout, .tls, .unauthorized:
            "the cluster is unreachable, and nothing is changed until it answers: \(error)"
        default: error.description
        }
    }

    /// `URL#FOLDER`. The address never holds a password: one that does is refused before anything is read.
    private var sourceIdentity: String {
        let address = try? GitAddress(project.source.url)
        return "\(address?.url ?? "")#\(project.source.path)"
    }
}
