// SPDX-License-Identifier: Apache-2.0
import CommandLineTool
import KubeClient
import KubeObjects
import PlainText
import ServiceLifecycle
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender

/// What the demo does and prints, step by step; each step waits until the operator has done its part.
struct DemoScript: Service {
    /// The longest that any step may take; a step that takes longer ends the demo with an error.
    private static let patience: Duration = .seconds(120)

    let repository: DemoRepository
    let client: KubeClient
    let history: History
    let board: StatusBoard
    let project: String
    /// Nil when no registry could be started; then the steps with images are left out.
    let images: Images?
    /// What to say at the end, when the demo goes on serving; nil ends it.
    let ending: [String]?

    private static let deployments = APIResource(
        gvk: GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"),
        plural: "deployments",
        isNamespaced: true,
        verbs: ["get", "list", "patch"]
    )

    func run() async throws {
        try await deploy()
        try await rollOut()
        try await drift()
        try await prune()
        try await breakAndMend()
        if let images {
            try await followImages(images)
            try await undoBadImage(images)
        } else {
            title(
                "6. and 7. are left out: they show image rollouts, which need a registry (apt-get install docker-registry)"
            )
        }
        try await inspect()
        guard let ending else { return }
        for line in ending { StandardOutput.line(line) }
        try await gracefulShutdown()
    }

    private func deploy() async throws {
        title("1. Push YAML to git: it is deployed")
        say(
            "pushed examples-repo/infra: a Namespace, a ConfigMap, two Deployments, five Services of all four types, an Ingress"
        )
        let run = try await run(after: 0, outcome: .succeeded)
        say("sync \(run.id): \(run.counts.created) objects created, healthy after \(HistoryTable.took(run))")
        try await showDeployments()
    }

    private func rollOut() async throws {
        title("2. Push a new version: it is rolled out, and waited for")
        let last = try await latest()
        let text = try repository.read("infra/posts-depl.yaml").replacing("posts:0.0.1", with: "posts:0.0.2")
        try repository.write("infra/posts-depl.yaml", text)
        try await repository.push("Release posts 0.0.2")
        try await show(try await run(after: last, outcome: .succeeded))
    }

    private func drift() async throws {
        title("3. Somebody scales by hand: the next poll heals it, and says who it was")
        let last = try await latest()
        _ = try await client.patch(
            DemoScript.deployments,
            namespace: "posts",
            name: "posts-depl",
            type: .merge,
            body: ["spec": ["replicas": 5]],
            fieldManager: "kubectl",
            subresource: "scale"
        )
        say("kubectl -n posts scale deployment posts-depl --replicas=5")
        try await show(try await run(after: last, outcome: .succeeded))
    }

    private func prune() async throws {
        title("4. Remove a file: what it declared is deleted, and only that")
        let last = try await latest()
        try repository.remove("infra/ingress.yaml")
        try await repository.push("Take the Ingress away")
        try await show(try await run(after: last, outcome: .succeeded))
    }

    private func breakAndMend() async throws {
        title("5. Push a mistake: nothing is changed, and it says where and what to do")
        let last = try await latest()
        let good = try repository.read("infra/posts-config.yaml")
        try repository.write("infra/posts-config.yaml", good.replacing("  LOG_LEVEL", with: "\tLOG_LEVEL"))
        try await repository.push("Tidy the configuration")
        let failed = try await run(after: last, outcome: .failed)
        for problem in try await history.detail(failed.id)?.problems ?? [] { say(problem.description) }
        try repository.write("infra/posts-config.yaml", good.replacing("LOG_LEVEL: info", with: "LOG_LEVEL: debug"))
        try await repository.push("Indent with spaces, log more")
        say("pushed the correction:")
        try await show(try await run(after: failed.id, outcome: .succeeded))
    }

    private func inspect() async throws {
        title("8. Inspect what happened")
        StandardOutput.painted(HistoryTable.text(try await history.runs(project: project, limit: 20), for: .output))
        if case .intact(let head) = try await history.verify() {
            say("the audit chain is intact: \(head.sequence) rows")
        } else {
            throw CommandFailure("the audit chain of the demo is broken", status: 1)
        }
    }

    func latest() async throws -> Int64 {
        try await history.runs(project: project, limit: 1).first?.id ?? 0
    }

    /// Waits until a run newer than `id` has ended as expected.
    func run(after id: Int64, outcome: RunOutcome, trigger: RunTrigger? = nil) async throws -> SyncRun {
        var found: SyncRun?
        try await wait("\(trigger == .image ? "a rollout" : "a sync") that \(outcome.rawValue)") {
            let runs = try await history.runs(project: project, limit: 10).filter { run in
                run.id > id && run.finishedAt != nil && (run.trigger == .image) == (trigger == .image)
            }
            found = runs.last { $0.outcome == outcome }
            return found != nil
        }
        guard let found else { throw CommandFailure("the demo lost a run", status: 1) }
        return found
    }

    /// Waits until something is so.
    func wait(_ what: String, until condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now.advanced(by: DemoScript.patience)
        while ContinuousClock.now < end {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let last = try await history.runs(project: project, limit: 1).first
        let message = await board.all.map(\.message.text).joined(separator: "; ")
        throw CommandFailure(
            "the demo waited \(DurationText.describe(DemoScript.patience)): \(what); the last run: "
                + "\(last.map { "\($0.id) \($0.outcome.rawValue) \($0.message)" } ?? "none") \(message)",
            status: 1
        )
    }

    func show(_ run: SyncRun) async throws {
        guard let detail = try await history.detail(run.id) else { return }
        for object in detail.objects {
            say("sync \(run.id): \(object.action.rawValue) \(object.id)")
            for change in object.changes {
                let owner = change.setter.map { " (\($0))" } ?? ""
                StandardOutput.painted(masked: "     \(change.path) \(change.arrow)\(owner)\n".visible)
            }
        }
    }

    private func showDeployments() async throws {
        var table = TextTable("DEPLOYMENT", "READY", "IMAGE")
        for object in try await client.list(DemoScript.deployments, namespace: "posts").objects {
            let image = object.json[["spec", "template", "spec", "containers"]]?.array?.first?["image"]?.string ?? ""
            let ready = object.status?["readyReplicas"]?.int ?? 0
            table.add(
                .init(object.name),
                .init("\(ready)/\(object.spec?["replicas"]?.int ?? 0)"),
                .init(image)
            )
        }
        StandardOutput.painted(table.text(for: .output))
    }

    func title(_ text: String) { StandardOutput.painted("\n\(Terminal.output.paint(text, .bold))\n") }
    func say(_ text: String) { StandardOutput.line("   \(text)") }
}
