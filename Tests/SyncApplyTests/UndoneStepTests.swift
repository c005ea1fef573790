// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
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

    /// What may happen in a Namespace after its deletion was approved.
    enum Intrusion: CaseIterable, Sendable {
        case newObject, newKind, wish, nothing
    }

    /// Creates a definition, and an object of its kind in a namespace; the plan that was made before knows neither.
    private func createWidget(_ project: ProjectUnderTest, in namespace: String) async throws {
        let group = "\(namespace).example.org"
        let definition = try KubeObject(try JSONParser.parse(widgetDefinition(group: group)))
        let definitions = try await project.resource(GroupKind.customResourceDefinition)
        _ = try await project.client.create(definition, in: definitions, fieldManager: "kubectl-create")
        let kind = GroupKind(group: group, kind: "Widget")
        try await eventually("the kind is served") {
            try await project.client.discover().lookup(kind).resource != nil
        }
        var widget = try JSONParser.parse(widget("late", group: group))
        widget[["metadata", "namespace"]] = .string(namespace)
        let widgets = try await project.resource(kind)
        _ = try await project.client.create(try KubeObject(widget), in: widgets, fieldManager: "kubectl-create")
    }

    @Test(arguments: Intrusion.allCases)
    func `an approved Namespace stays when something is put there after the list was read`(_ event: Intrusion)
        async throws
    {
        try await ProjectUnderTest.run { project in
            let name = "\(project.namespace)-more"
            let space = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"\#(name)"}}"#
            try await project.sync([space, configMap("a")])
            try await project.cluster.kubectl(["-n", name, "create", "configmap", "known"])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a")], store: store)
            let hash = try #require(plan.prune.approvalHash)
            switch event {
            case .newObject: try await project.cluster.kubectl(["-n", name, "create", "configmap", "late"])
            case .newKind: try await createWidget(project, in: name)
            case .wish:
                try await project.cluster.kubectl([
                    "-n", name, "annotate", "configmap", "known", "sternpost.dev/prune=no",
                ])
            case .nothing: break
            }
            let report = await project.applier(store: store).apply(plan, inventory: inventory, approved: hash)
            let outcome = report.outcome(name)
            #expect(outcome?.action == (event == .nothing ? .pruned : .skipped), "\(outcome?.error ?? "")")
            if event == .newObject { #expect(outcome?.error?.contains("ConfigMap \(name)/late") == true) }
            if event == .newKind {
                #expect(outcome?.error?.contains("\(name)/late was put there") == true, "\(outcome?.error ?? "")")
                let definition = "widgets.\(name).example.org"
                try await project.cluster.kubectl(["delete", "customresourcedefinition", definition, "--wait=false"])
            }
            guard event != .nothing else { return }
            try await project.cluster.kubectl(["delete", "namespace", name, "--wait=false"])
        }
    }

    @Test func `a person's order during a pass is kept, and does not disturb the pass`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("old")])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("new")], store: store)
            let orders = OrderStore(client: project.client, applySet: project.applySet)
            let word = StandingOrders.Word(person: "ada", text: "holiday", at: "2026-01-01T00:00:00Z")
            try await orders.change(journal: project.journal, reason: "suspended") { orders in
                orders.suspend(word)
                return true
            }
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.interruption == nil, "\(report.interruption ?? "")")
            #expect(report.outcome("old")?.action == .pruned)
            #expect(try await orders.read()?.suspension.word == word)
            #expect(try await project.storedInventory().members[project.id("ConfigMap", "old")] == nil)
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

    @Test func `what an object names stays with it when a wish comes between plan and delete`() async throws {
        try await ProjectUnderTest.run { project in
            let ingress = #"""
                {"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web"},
                 "spec":{"tls":[{"secretName":"cert"}],"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}}
                """#
            let secret =
                #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"cert"},"stringData":{"k":"value-of-the-test"}}"#
            try await project.sync([configMap("a"), ingress, secret])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a")], store: store)
            #expect(plan.prune.steps.map(\.id.name) == ["web", "cert"])
            try await project.kubectl(["annotate", "ingress", "web", "sternpost.dev/prune=disabled"])
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.outcome("web")?.action == .skipped)
            let told = report.outcome("cert")?.error ?? ""
            #expect(
                told.contains("Ingress.networking.k8s.io \(project.namespace)/web is still there, and names it"),
                "\(told)"
            )
            #expect(try await project.live("Secret", "cert") != nil)
            // The next pass releases the Ingress, and remembers that its Secret is needed.
            for _ in 1...2 { #expect(try await project.sync([configMap("a")]).plan.prune.steps.isEmpty) }
            #expect(try await project.live("Secret", "cert") != nil)
        }
    }
}
