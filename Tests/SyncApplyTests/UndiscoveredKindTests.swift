// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import TestKit
import Testing

/// Kinds that a commit defines and that discovery does not show: it is behind, or an APIService has given their group to a
/// server that does not answer. Their objects may be there all the same.
@Suite(.timeLimit(.minutes(5)))
struct UndiscoveredKindTests {
    /// What discovery may say of the group of a kind that is there.
    enum Silence: String, CaseIterable, Sendable { case unknown, unavailable }

    /// A plan made with a catalogue that lacks the group of the kind.
    func plan(
        _ project: ProjectUnderTest,
        _ manifests: [String],
        without group: String,
        _ silence: Silence,
        and other: String? = nil
    ) async throws -> (plan: Plan, live: LiveSet) {
        let catalog = try await project.client.discover()
        // The first version of a kind that is added is the preferred one.
        let preferred = catalog.resources.filter { catalog.lookup($0.gvk.groupKind) == .served($0) }
        var partial = APICatalog()
        for resource in preferred + catalog.resources
        where resource.gvk.group != group && resource.gvk.group != other {
            partial.add(resource)
        }
        if silence == .unavailable { partial.markUnavailable(group: group, reason: "its discovery is Stale") }
        let rendered = try project.rendered(manifests)
        let inventory = try await project.storedInventory()
        let (scope, triage) = project.look(for: rendered, inventory: inventory, catalog: partial)
        let reader = LiveReader(client: project.client, applySet: project.applySet)
        let live = try await reader.read(scope, triage: triage)
        let policy = PlanPolicy(targetNamespace: project.namespace)
        return (Planner.plan(rendered, against: live, inventory: inventory, policy: policy), live)
    }

    func withWidgets(
        _ count: Int = 1,
        _ body: (_ project: ProjectUnderTest, _ group: String, _ manifests: [String]) async throws -> Void
    ) async throws {
        try await ProjectUnderTest.run { project in
            let group = "\(project.namespace).example.org"
            let manifests = [widgetDefinition(group: group)] + (0..<count).map { widget("w\($0)", group: group) }
            let report = try await project.sync(manifests).report
            #expect(report.outcomes.allSatisfy { $0.action == .created }, "\(report.outcomes.map(\.error))")
            try await body(project, group, manifests)
            try await project.kubectl(["delete", "customresourcedefinition", "widgets.\(group)", "--wait=false"])
        }
    }

    @Test(arguments: Silence.allCases, [1, 5])
    func `objects that are there are no new ones while discovery is silent about them`(
        silence: Silence,
        count: Int
    ) async throws {
        try await withWidgets(count) { project, group, manifests in
            let (plan, live) = try await plan(project, manifests, without: group, silence)
            let widgets = live.objects.keys.filter { $0.kind == "Widget" }
            #expect(widgets.count == count)
            #expect(plan.waves.flatMap(\.steps).isEmpty, "\(plan.waves.flatMap(\.steps).map(\.id))")
        }
    }

    @Test(arguments: Silence.allCases)
    func `an object of somebody else's is told from none while discovery is silent about its kind`(
        silence: Silence
    ) async throws {
        try await withWidgets { project, group, manifests in
            try await project.createByHand(widget("theirs", group: group))
            let id = project.id("Widget", "theirs", group: group)
            let (_, live) = try await plan(
                project,
                manifests + [widget("theirs", group: group)],
                without: group,
                silence
            )
            #expect(live.objects[id]?.whole?.label(ApplySet.partOfLabel) == nil)
            #expect(live.objects[id]?.uid != nil)
        }
    }

    @Test(arguments: Silence.allCases)
    func `what is served under no path is unreadable, neither missing nor to be created`(silence: Silence) async throws
    {
        try await withWidgets { project, group, _ in
            // The definition that is there knows no v7, and nobody knows of any other version.
            let next = widgetDefinition(group: group).replacing(#""name":"v1""#, with: #""name":"v7""#)
            // No member, so that nothing but the look for it can tell.
            let manifests = [next, widget("fresh", group: group).replacing("/v1", with: "/v7")]
            let (plan, live) = try await plan(project, manifests, without: group, silence)
            let kind = GroupKind(group: group, kind: "Widget")
            #expect(live.unreadable[kind] != nil)
            #expect(!plan.waves.flatMap(\.steps).contains { $0.id.kind == "Widget" })
            #expect(plan.refused.first { $0.id.kind == "Widget" }?.reason == .liveUnreadable, "\(plan.refused)")
            guard case .blocked = plan.prune.verdict else {
                Issue.record("not blocked: \(plan.prune.verdict)")
                return
            }
        }
    }

    @Test func `without its definition in the cluster a kind has no objects, and they are created`() async throws {
        try await ProjectUnderTest.run { project in
            let group = "\(project.namespace).example.org"
            let manifests = [widgetDefinition(group: group), widget("w", group: group)]
            let (plan, live) = try await plan(project, manifests, without: group, .unknown)
            #expect(live.objects.isEmpty && live.unreadable.isEmpty)
            #expect(plan.waves.flatMap(\.steps).map(\.action) == [.create, .create])
        }
    }

    @Test(arguments: ["Cluster", "Namespaced"])
    func `a definition of another scope than the commit's makes its kind unreadable`(scope: String) async throws {
        try await withWidgets { project, group, _ in
            let definition = widgetDefinition(group: group).replacing(
                #""scope":"Namespaced""#,
                with: #""scope":"\#(scope)""#
            )
            let manifests = [definition] + (0..<5).map { widget("fresh\($0)", group: group) }
            let (_, live) = try await plan(project, manifests, without: group, .unavailable)
            let reason = live.unreadable[GroupKind(group: group, kind: "Widget")]
            #expect((reason?.contains("another scope") == true) == (scope == "Cluster"), "\(reason ?? "readable")")
        }
    }

    @Test(arguments: [("True", true), ("False", false), (nil, false)] as [(String?, Bool)])
    func `only a definition that was established may have objects`(status: String?, wasServed: Bool) throws {
        var json = try JSONParser.parse(widgetDefinition(group: "example.org"))
        if let status { json["status"] = ["conditions": [["type": "Established", "status": .string(status)]]] }
        #expect(CustomResource.wasServed(try KubeObject(json)) == wasServed)
    }

    @Test func `a group that did not answer may have objects without a definition`() async throws {
        try await ProjectUnderTest.run { project in
            let group = "\(project.namespace).example.org"
            let manifests = [widgetDefinition(group: group), widget("w", group: group)]
            let (plan, live) = try await plan(project, manifests, without: group, .unavailable)
            #expect(live.unreadable[GroupKind(group: group, kind: "Widget")] == "its discovery is Stale")
            #expect(plan.waves.flatMap(\.steps).map(\.id.kind) == ["CustomResourceDefinition"])
        }
    }

    @Test(arguments: Silence.allCases)
    func `where definitions are not served, nothing of their kinds is called missing`(silence: Silence) async throws {
        try await withWidgets { project, group, _ in
            let extensions = "apiextensions.k8s.io"
            let manifests = [widgetDefinition(group: group), widget("fresh", group: group)]
            let (plan, live) = try await plan(project, manifests, without: group, silence, and: extensions)
            #expect(live.unreadable[GroupKind(group: group, kind: "Widget")]?.contains("definition") == true)
            #expect(plan.waves.flatMap(\.steps).isEmpty)
        }
    }

    @Test func `objects are found in the version that is served while the commit adds another`() async throws {
        try await ProjectUnderTest.run { project in
            let group = "\(project.namespace).example.org"
            try await project.sync([widgetDefinition(group: group)])
            try await eventually("the kind is served") {
                let kind = GroupKind(group: group, kind: "Widget")
                return try await project.client.discover().lookup(kind).resource != nil
            }
            try await project.createByHand(widget("theirs", group: group))
            let schema = #""served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object"}}},"#
            let both = widgetDefinition(group: group).replacing(
                #""versions":["#,
                with: #""versions":[{"name":"v2",\#(schema)"#
            )
            let manifests = [both, widget("theirs", group: group).replacing("/v1", with: "/v2")]
            let (_, live) = try await plan(project, manifests, without: "absent.example.org", .unknown)
            #expect(live.objects[project.id("Widget", "theirs", group: group)]?.uid != nil)
            try await project.kubectl(["delete", "customresourcedefinition", "widgets.\(group)", "--wait=false"])
        }
    }
}
