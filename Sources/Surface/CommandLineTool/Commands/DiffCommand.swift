// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KubeClient
import KubeObjects
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender

/// `sternpost diff`: what a sync would change.
struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows what a sync would change, as a unified diff; Secrets are masked.",
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
            prepared = try await preparer.prepare(marks: try await marks(of: project))
        } catch let failure as RenderFailure {
            throw CommandFailure(failure.problems.map { "error: \($0)" })
        } catch let failure as PassFailure {
            throw CommandFailure("error: \(failure.message)")
        }
        let differences = await DiffPreview(client: client, plan: prepared.plan).differences()
        line.clear()
        for difference in differences {
            StandardOutput.line(Terminal.output.paint(difference.title, .bold))
            StandardOutput.write(DiffPaint.paint(difference.diff?.text ?? "", Terminal.output))
            if let error = difference.error { ErrorOutput.write("error: \(error)") }
        }
        writeVerdict(prepared.plan.prune, project: project.name)
        for refused in prepared.plan.refused where refused.reason != .optedOut {
            ErrorOutput.write("error: \(refused.origin): \(refused.id) \(refused.message)")
        }
        if differences.contains(where: { $0.error != nil })
            || prepared.plan.refused.contains(where: { $0.reason != .optedOut })
        {
            throw CommandFailure([], status: 2)
        }
        return !differences.isEmpty
    }

    /// What a sync would do about deletions, when it would not just delete.
    private func writeVerdict(_ prune: PrunePlan, project: String) {
        guard !prune.steps.isEmpty else { return }
        switch prune.verdict {
        case .allowed: return
        case .disabled: StandardOutput.line("pruning is off: \(prune.steps.count) objects stay")
        case .blocked(let reasons):
            StandardOutput.line(
                "nothing would be deleted, although git no longer declares \(prune.steps.count) objects:"
            )
            for reason in reasons { StandardOutput.line("  \(reason)") }
        case .held(let reasons, _):
            StandardOutput.line("the deletions would be held until sternpost approve \(project), because")
            for reason in reasons { StandardOutput.line("  \(reason)") }
        }
    }

    /// What earlier syncs from this data folder saw; none is no error.
    private func marks(of project: Project) async throws -> [ObjectID: Inventory.AppliedMark] {
        do {
            let history = try await History.open(folder: data.folder, mode: .inspect)
            return try await history.marks(of: project.name)
        } catch  where error.reason == .missing {
            return [:]
        } catch {
            throw CommandFailure("error: \(error)")
        }
    }
}
