// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRender
import SyncSource

/// The reading half of a pass: source, render, cluster, plan. Writes nothing anywhere, so `diff` uses it alone.
package struct PassPreparer: Sendable {
    package let project: Project
    let source: SourceStage
    let cluster: CatalogCache
    let store: InventoryStore
    /// What the cluster has, kept up to date by watches; nil for a command that reads once.
    package let mirror: LiveMirror?
    let progress: (@Sendable (PassProgress) -> Void)?

    package init(
        project: Project,
        reader: SourceReader,
        client: KubeClient,
        mirror: LiveMirror? = nil,
        progress: (@Sendable (PassProgress) -> Void)? = nil
    ) {
        self.project = project
        self.mirror = mirror
        source = SourceStage(reader: reader)
        cluster = CatalogCache(client: client)
        store = InventoryStore(client: client, applySet: project.applySet, project: project.name)
        self.progress = progress
    }

    /// Checks that the project's mirror can be written; commands ask before they begin.
    ///
    /// - Throws: ``SourceError`` with reason `git(.storage)`.
    package func checkStorage() async throws(SourceError) { try await source.prepare() }

    /// Reads the repository and the cluster, and makes the plan.
    ///
    /// - Parameters:
    ///   - marks: What earlier passes saw; may be empty.
    ///   - residualKey: Of the hashes in the marks.
    ///   - previous: The commit of the last pass that wrote to the cluster, where the cluster does not say it.
    /// - Returns: What is wanted, what there is, and the plan.
    /// - Throws: ``PassFailure`` or ``RenderFailure``.
    package func prepare(
        marks: [ObjectID: Inventory.AppliedMark],
        residualKey: ResidualKey = .ephemeral,
        previous: CommitInfo? = nil
    ) async throws -> PreparedPass {
        let previous = try await followed() ?? previous
        let tip = try await poll(after: previous)
        return try await prepare(tip, marks: marks, residualKey: residualKey, previous: previous).pass
    }

    /// Where the project's ref points now. A branch that went back is accepted only after further polls.
    ///
    /// - Throws: ``PassFailure`` of the source.
    func poll(after previous: CommitInfo?) async throws -> SourceTip {
        progress?(.reading(url: project.source.url))
        return try await fromSource {
            // Only commits of the same ref can be compared by age.
            let before = try previous.flatMap { try isRead($0) ? $0 : nil }
            return try await source.poll(after: before) { [progress] tip in
                progress?(.rewinding(ref: tip.refName, from: before?.id ?? "", to: tip.commitID))
            }
        }
    }

    /// Reads the repository and the cluster, and makes the plan, for a tip that ``poll(after:)`` has given.
    ///
    /// - Parameters:
    ///   - tip: The commit that is wanted.
    ///   - marks: What earlier passes saw; may be empty.
    ///   - residualKey: Of the hashes in the marks.
    ///   - previous: The commit of the last pass that wrote to the cluster.
    ///   - policy: The project's settings, with what earlier passes have learnt; nil for the settings alone.
    /// - Returns: What is wanted, what there is, and the plan; and the draft of the plan, for what is asked for next.
    /// - Throws: ``PassFailure`` or ``RenderFailure``.
    func prepare(
        _ tip: SourceTip,
        marks: [ObjectID: Inventory.AppliedMark],
        residualKey: ResidualKey,
        previous: CommitInfo?,
        policy: PlanPolicy? = nil
    ) async throws -> (pass: PreparedPass, draft: PlanDraft) {
        var policy = policy ?? project.policy
        policy.source = try await fromSource { try SourceIdentity(project.source) }.description
        let step = try await fromSource { try await self.step(to: tip, from: previous) }
        let rendered = try await fromSource { try await source.rendered(at: tip) }
        progress?(.rendered(rendered.commit, objects: rendered.objects.count))
        // The names of its objects were told to the redactor as it was rendered.
        cluster.client.redactor.allow(names: [project.name, project.namespace, project.policy.targetNamespace])
        let (prepared, draft) = try await readCluster(
            rendered,
            step,
            marks: marks,
            residualKey: residualKey,
            policy: policy
        )
        progress?(
            .planned(
                changes: prepared.plan.waves.reduce(0) { $0 + $1.steps.count },
                unchanged: prepared.plan.unchanged.count,
                prunes: prepared.plan.prune.steps.count
            )
        )
        return (prepared, draft)
    }

    /// Whether a commit was read from the project's present repository; true also where that is not known.
    private func isRead(_ commit: CommitInfo) throws(SourceError) -> Bool {
        guard let origin = commit.origin else { return true }
        let here = try CommitOrigin(project.source)
        return origin == here
    }

    private func fromSource<Value>(_ read: () async throws -> Value) async throws -> Value {
        do {
            return try await read()
        } catch let error as SourceError {
            throw PassFailure(stage: .source, message: error.message, isRetryable: error.isRetryable)
        }
    }

    /// How the tip follows from the commit before it.
    ///
    /// - Throws: ``PassFailure`` for a tag that moved, and for rewritten history where the project wants none.
    private func step(to tip: SourceTip, from previous: CommitInfo?) async throws -> CommitStep? {
        guard let previous, previous.id != tip.commitID else { return nil }
        // Another repository, or a tag instead of a branch, was configured on purpose.
        guard try isRead(previous) else { return nil }
        if previous.ref != tip.refName { return try rewind(to: tip, from: previous) }
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
            let cause = relation == .lost ? "a new clone of it no longer has \(previous.shortID), and " : ""
            throw PassFailure(
                stage: .source,
                message: "branch \(tip.refName) was \(relation == .rewound ? "set back" : "rewritten"): \(cause)"
                    + "\(tip.commitID.prefix(8)) does not continue \(previous.shortID), which requireFastForward forbids: "
                    + "the cluster stays at \(previous.shortID); push a commit that continues it, or set "
                    + "requireFastForward: false until \(tip.commitID.prefix(8)) is synced",
                isRetryable: false
            )
        }
        return CommitStep(previous: previous.id, relation: relation)
    }

    /// The step back to an older version because the newer tag is gone; nil for any other change of refs.
    ///
    /// - Throws: ``PassFailure`` where the project wants no history that goes back.
    private func rewind(to tip: SourceTip, from previous: CommitInfo) throws -> CommitStep? {
        guard case .semver(let range) = project.source.ref,
            VersionRange.isRewind(from: previous.ref, to: tip.refName, in: range)
        else { return nil }
        guard !project.requiresFastForward else {
            throw PassFailure(
                stage: .source,
                message:
                    "the version tag \(previous.ref) is gone, and the newest one of \(range) is \(tip.refName), which is"
                    + " older; requireFastForward forbids to go back: the cluster stays at \(previous.shortID); push the tag"
                    + " again, or set requireFastForward: false until \(tip.refName) is synced",
                isRetryable: false
            )
        }
        return CommitStep(previous: previous.id, relation: .rewound)
    }
}
