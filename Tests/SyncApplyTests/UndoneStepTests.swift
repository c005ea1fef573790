// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncPlan
import TestKit
import Testing

/// A pass in which anything that git declares stays undone deletes nothing.
@Suite(.timeLimit(.minutes(5)))
struct UndoneStepTests {
    @Test func `an update that the API server refuses keeps what it would have replaced`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("old"), deployment("web")])
            let report = try await project.sync([configMap("new"), deployment("web", app: "other")]).report
            #expect(report.outcome("web")?.action == .failed)
            #expect(report.outcome("new")?.action == .created)
            #expect(report.outcome("old")?.action == .skipped)
            let reason = report.outcome("old")?.error
            #expect(
                reason?.contains("Deployment.apps \(project.namespace)/web could not be applied") == true,
                "\(reason ?? "")"
            )
            #expect(try await project.live("ConfigMap", "old") != nil)
        }
    }

    @Test func `a wave that does not become ready keeps what later waves would have replaced`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("blue")])
            let moved = configMap("service").replacing(
                #""name":"service""#,
                with: #""name":"service","annotations":{"sternpost.dev/wave":"1"}"#
            )
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("green"), moved], store: store)
            let applier = Applier(
                client: project.client,
                store: store,
                journal: project.journal,
                deadlines: .init(readiness: .milliseconds(200)),
                readiness: { _ in .waiting("not yet") },
                health: { ids in Dictionary(uniqueKeysWithValues: ids.map { ($0, "not yet") }) }
            )
            let report = await applier.apply(plan, inventory: inventory)
            #expect(report.outcome("service")?.action == .skipped)
            #expect(report.outcome("blue")?.action == .skipped, "\(report.outcome("blue")?.error ?? "")")
            #expect(try await project.live("ConfigMap", "blue") != nil)
        }
    }

    @Test func `a wish that comes between plan and delete keeps the object, misspelt or not`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b"), configMap("c")])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a")], store: store)
            #expect(plan.prune.steps.count == 2)
            try await project.kubectl(["annotate", "configmap", "b", "sternpost.dev/prune=no"])
            try await project.kubectl(["annotate", "configmap", "c", "sternpost.dev/prune=disabled"])
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.outcome("b")?.action == .skipped)
            #expect(report.outcome("c")?.action == .skipped)
        }
    }
}
