// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KubeClient
import KubeObjects
import PlainText
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender

/// `sternpost diff`: what a sync would change.
struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows what a sync would change, as a unified diff; Secrets are masked.",
        usage: "sternpost diff <options>",
        discussion: "Exit status: 0 nothing would change; 1 something would; 2 error."
    )

    @OptionGroup var repository: RepositoryOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var border: BorderOptions

    func run() async throws {
        let project = try border.applied(to: repository.resolve())
        let hasDifferences = try await untilSignalled { try await self.show(project) }
        if hasDifferences { throw ExitCode(1) }
    }

    private func show(_ project: Project) async throws -> Bool {
        let client = try cluster.client()
        let line = ProgressLine()
        defer { line.clear() }
        let factory = PreparerFactory(client: client, dataFolder: data.folder, workerExecutable: OwnExecutable.path)
        let preparer = try await factory.failingAsCommand { try await $0.preparer(for: project, progress: line.show) }
        let prepared: PreparedPass
        do {
            let (marks, key) = try await marks(of: project)
            prepared = try await preparer.prepare(marks: marks, residualKey: key)
        } catch let failure as RenderFailure {
            throw CommandFailure(failure.problems.map { "error: \($0)" })
        } catch let failure as PassFailure {
            throw CommandFailure("error: \(failure.message)")
        }
        let differences = await DiffPreview(client: client, plan: prepared.plan).differences()
        line.clear()
        // What was cut short is no finding about the objects.
        try Task.checkCancellation()
        for difference in differences {
            StandardOutput.painted(masked: Terminal.output.paint(difference.title.visible, .bold) + "\n")
            if let note = difference.note { StandardOutput.painted(masked: "  \(note)\n".visible) }
            StandardOutput.painted(masked: DiffPaint.paint(difference.diff?.text ?? "", Terminal.output))
            if let error = difference.error { ErrorOutput.line("error: \(error)") }
        }
        if let lost = prepared.lostInventory { StandardOutput.line("note: \(lost)") }
        for notice in prepared.rendered.notices { StandardOutput.line("note: \(notice.origin): \(notice.message)") }
        let approval = try await approval(prepared, project: project.name)
        writeVerdict(prepared.plan.prune, approval, project)
        for refused in prepared.plan.refused where refused.reason.isShortfall {
            ErrorOutput.write("error: \(refused.line)")
        }
        if differences.contains(where: { $0.error != nil })
            || prepared.plan.refused.contains(where: { $0.reason.isShortfall })
        {
            throw CommandFailure([], status: 2)
        }
        return !differences.isEmpty
    }

    /// What a sync would do about deletions, when it would not just delete.
    private func writeVerdict(_ prune: PrunePlan, _ approval: Approval?, _ project: Project) {
        for object in prune.leaving {
            StandardOutput.line("would leave the inventory: \(object.id): \(object.reason)")
        }
        for object in prune.kept + prune.withheld + prune.waiting {
            StandardOutput.line("would not be deleted: \(object.id): \(object.reason)")
        }
        for doubt in prune.doubtsOfMore { StandardOutput.line("note: \(doubt)") }
        guard !prune.steps.isEmpty else { return }
        let count = prune.steps.count.counted("object")
        switch prune.verdict {
        case .allowed: return
        case .disabled:
            StandardOutput.line(
                "pruning is off, so nothing would be deleted, although git no longer declares \(count):"
            )
            for step in prune.steps { StandardOutput.line("  \(step.id)") }
        case .blocked(let reasons):
            StandardOutput.line("nothing would be deleted, although git no longer declares \(count):")
            for step in prune.steps { StandardOutput.line("  \(step.id)") }
            for reason in reasons { StandardOutput.line("because \(reason)") }
        case .held(_, let hash) where approval?.hash == hash:
            let person = approval.map { " by \($0.person)" } ?? ""
            StandardOutput.line("the deletions were approved\(person): a sync makes them once nothing else keeps them")
        case .held(let reasons, _):
            let next = PrintedCommand(data: data, cluster: cluster, namespace: project.namespace)
            StandardOutput.line("the deletions would be held until \(next.approve(project.name)), because")
            for reason in reasons { StandardOutput.line("  \(reason)") }
        }
    }

    /// The approval of the prune that would be held, from the cluster or this data folder; nil when there is none.
    private func approval(_ prepared: PreparedPass, project: String) async throws -> Approval? {
        guard let hash = prepared.plan.prune.approvalHash else { return nil }
        let state: ProjectState
        do {
            state = try await History.open(folder: data.folder, mode: .inspect).state(of: project)
        } catch  where error.reason == .missing {
            state = ProjectState()
        } catch {
            throw CommandFailure("error: \(error)")
        }
        let approval = state.obeying(prepared.orders, held: hash).approval
        return approval?.hash == hash ? approval : nil
    }

    /// What earlier syncs from this data folder saw; none is no error.
    private func marks(of project: Project) async throws -> ([ObjectID: Inventory.AppliedMark], ResidualKey) {
        do {
            let history = try await History.open(folder: data.folder, mode: .inspect)
            return (try await history.marks(of: project.name), history.residualKey)
        } catch  where error.reason == .missing {
            return ([:], .ephemeral)
        } catch {
            throw CommandFailure("error: \(error)")
        }
    }
}
