// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import Testing

@Suite struct RunHistoryTests {
    @Test func `of many problems and notices two hundred are recorded, and how many more there are`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            let origins = (1...500).map { Origin(file: "infra/a.yaml", line: $0) }
            try await history.record(
                origins.map { RenderProblem(origin: $0, problem: "wrong", remedy: "") },
                of: run
            )
            try await history.record(origins.map { RenderNotice(origin: $0, message: "left out") }, of: run)
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.problems.count == 201 && detail.notices.count == 201)
            #expect(detail.problems.last?.problem == "and 300 more problems")
            #expect(detail.notices.last?.message == "and 300 more notes")
        }
    }

    @Test func `a run tells its whole story`() async throws {
        let clock = ManualWallClock()
        try await withHistory(now: clock.now) { history in
            let change = FieldChange(
                path: ".spec.replicas",
                before: "5",
                after: "2",
                takenFrom: "kubectl-edit at 10:42"
            )
            var counts = RunCounts()
            counts.configured = 1
            counts.failed = 1
            counts.unchanged = 1
            let run = try await record(change, in: history, clock)
            let finished = try await history.finish(run, outcome: .degraded, counts: counts)
            #expect(finished.counts == counts)

            let detail = try #require(try await history.detail(run.number))
            #expect(detail.run == finished)
            #expect(detail.run.revision == "main@sha1:\(String(repeating: "a", count: 40))")
            #expect(detail.run.author == "Ada <ada@example.com>")
            #expect(detail.run.message == "Deploy posts")
            #expect(detail.run.finishedAt == detail.run.startedAt.addingTimeInterval(2))
            #expect(detail.treeID == "tree")
            #expect(detail.objects.map(\.action) == [.configured, .failed])
            #expect(detail.objects[0].origin == Origin(file: "infra/web.yaml", line: 3))
            #expect(detail.objects[0].changes == [change])
            #expect(detail.objects[0].durationMilliseconds == 12)
            #expect(detail.objects[0].diff?.text.contains("-  replicas: 5\n+  replicas: 2\n") == true)
            #expect(detail.objects[1].error == "forbidden")
            #expect(detail.mutations.map(\.ending) == [.done, .failed])
            #expect(detail.mutations[1].message == "forbidden")
            #expect(detail.mutations[0].reason == "drift: .spec.replicas")
            #expect(detail.problems.map(\.description) == ["infra/a.yaml:4: a tab; use blanks"])
            #expect(detail.notices.map(\.message) == ["status stripped"])
            #expect(detail.messages == ["the cluster answers slowly"])
            #expect(detail.health?.unhealthy.first?.message == "1 of 2")
        }
    }

    @Test(
        arguments: [(Duration.zero, 2.0), (.milliseconds(261), 2.261), (.microseconds(900), 2.0)]
            as [(Duration, TimeInterval)]
    )
    func `a run started when its pass began to look`(elapsed: Duration, took: TimeInterval) async throws {
        let clock = ManualWallClock()
        try await withHistory(now: clock.now) { history in
            let run = try await history.begin(project: "posts", trigger: .commit, after: elapsed)
            clock.advance(by: 2)
            let row = try await history.finish(run, outcome: .succeeded, counts: RunCounts())
            let end = try #require(row.finishedAt)
            #expect(abs(end.timeIntervalSince(row.startedAt) - took) < 0.000_5)
            #expect(try await history.detail(run.number)?.run == row)
        }
    }

    /// Begins a run and records something of everything in it.
    private func record(_ change: FieldChange, in history: History, _ clock: ManualWallClock) async throws -> RunID {
        let run = try await history.begin(project: "posts", trigger: .commit)
        try await history.identify(run, commit: .sample(), treeID: "tree")
        let journal = history.journal(for: run)
        let intents = try await journal.intend([
            MutationIntent(id: .deployment("web"), verb: .apply, reason: "drift: .spec.replicas"),
            MutationIntent(id: .deployment("api"), verb: .delete, reason: "removed from git"),
        ])
        clock.advance(by: 2)
        try await journal.conclude([(intents[0], .done), (intents[1], .failed("forbidden"))])
        try await history.record(
            [
                .sample(
                    changes: [change],
                    before: try .deployment("web", replicas: 5),
                    after: try .deployment("web", replicas: 2)
                ),
                .sample(.deployment("api"), .failed, error: "forbidden"),
                .sample(.deployment("db"), .unchanged),
            ],
            of: run
        )
        let origin = Origin(file: "infra/a.yaml", line: 4)
        try await history.record([RenderProblem(origin: origin, problem: "a tab", remedy: "use blanks")], of: run)
        try await history.record([RenderNotice(origin: origin, message: "status stripped")], of: run)
        try await history.record(message: "the cluster answers slowly", of: run)
        try await history.record(
            HealthReport(
                ending: .timedOut,
                unhealthy: [
                    ObjectHealth(id: .deployment("web"), status: .inProgress, message: "1 of 2", origin: origin)
                ],
                observed: 3
            ),
            of: run
        )
        return run
    }

    @Test func `runs come newest first, by sequence and not by time`() async throws {
        let clock = ManualWallClock()
        try await withHistory(now: clock.now) { history in
            for _ in 1...3 {
                try await history.sampleRun()
                clock.advance(by: -3600)
            }
            #expect(try await history.runs().map(\.id) == [3, 2, 1])
            #expect(try await history.runs(limit: 2).map(\.id) == [3, 2])
            guard case .intact = try await history.verify() else {
                Issue.record("a clock that goes back must not break the chain")
                return
            }
        }
    }

    @Test func `projects do not see each other's runs`() async throws {
        try await withHistory { history in
            try await history.sampleRun(project: "posts")
            try await history.sampleRun(project: "shop")
            #expect(try await history.runs(project: "shop").map(\.id) == [2])
            #expect(try await history.projects() == ["posts", "shop"])
        }
    }

    @Test(
        arguments: [
            ("Deployment/web", nil, [1]), ("deployment/web", nil, [1]), ("deploy/web", nil, [1]),
            ("deployments.apps/web", nil, [1]), ("Deployment/web", "other", []), ("Deployment/web", "shop", [1]),
            ("Deployment.extensions/web", nil, []), ("Service/web", nil, [2]), ("services/web", nil, [2]),
            ("ingresses/web", nil, [3]), ("networkpolicies/web", nil, [4]), ("Deployment/we", nil, []),
        ] as [(String, String?, [Int64])]
    )
    func `an object's history is found by the spellings of kubectl`(
        text: String,
        namespace: String?,
        expected: [Int64]
    ) async throws {
        try await withHistory { history in
            let kinds = [("apps", "Deployment"), ("", "Service"), ("networking.k8s.io", "Ingress")]
            for (group, kind) in kinds + [("networking.k8s.io", "NetworkPolicy")] {
                let id = ObjectID(group: group, kind: kind, namespace: "shop", name: "web")
                try await history.sampleRun(outcomes: [.sample(id)])
            }
            let query = try ObjectQuery(parsing: text, namespace: namespace)
            #expect(try await history.runs(object: query).map(\.id) == expected)
        }
    }

    @Test(arguments: ["web", "/web", "Deployment/", "a/b/c", "", ".apps/web"])
    func `a query that is no KIND/NAME is refused`(text: String) {
        #expect(throws: RecordError.self) { try ObjectQuery(parsing: text) }
    }

    @Test func `a run under way is shown as running`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .manual)
            let shown = try #require(try await history.run(run.number))
            #expect(shown.outcome == .running)
            #expect(shown.finishedAt == nil)
            #expect(shown.revision.isEmpty)
        }
    }

    @Test func `a run ends once`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .manual)
            try await history.finish(run, outcome: .failed, counts: RunCounts(), message: "git: unreachable")
            #expect(try await history.run(run.number)?.message == "git: unreachable")
            await #expect(throws: RecordError.self) {
                try await history.finish(run, outcome: .succeeded, counts: RunCounts())
            }
            #expect(try await history.run(run.number)?.outcome == .failed)
        }
    }

    @Test func `a cancelled task still writes what it did`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            let journal = history.journal(for: run)
            let intents = try await journal.intend([
                MutationIntent(id: .deployment("web"), verb: .apply, reason: "commit")
            ])
            let work = Task {
                while !Task.isCancelled { await Task.yield() }
                try await journal.conclude([(intents[0], .done)])
                try await history.finish(run, outcome: .interrupted, counts: RunCounts())
            }
            work.cancel()
            try await work.value
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.mutations.map(\.ending) == [.done])
            #expect(detail.run.outcome == .interrupted)
        }
    }
}
