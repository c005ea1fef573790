// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncPlan
import TestKit
import Testing

/// The last look into a Namespace before it is deleted.
@Suite(.timeLimit(.minutes(5)))
struct LastLookTests {
    /// Puts a Widget into a namespace, as somebody else would.
    private func createWidget(_ project: ProjectUnderTest, group: String, in namespace: String) async throws {
        var json = try JSONParser.parse(widget("late", group: group))
        json[["metadata", "namespace"]] = .string(namespace)
        let widgets = try await project.resource(GroupKind(group: group, kind: "Widget"))
        _ = try await project.client.create(try KubeObject(json), in: widgets, fieldManager: "kubectl-create")
    }

    // The answer of discovery is scripted.
    @Test(.enabled(if: !ClusterUnderTest.isReal), arguments: [true, false])
    func `a kind that was on the list is looked for again, also when discovery shows it no more`(hasLate: Bool)
        async throws
    {
        try await ProjectUnderTest.run { project in
            let faults = try #require(project.cluster.embedded?.faults)
            let name = "\(project.namespace)-more"
            let group = "\(project.namespace).example.org"
            let space = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"\#(name)"}}"#
            let rest = [widgetDefinition(group: group), configMap("a")]
            try await project.sync([space] + rest)
            try await eventually("the kind is served") {
                let kind = GroupKind(group: group, kind: "Widget")
                return try await project.client.discover().lookup(kind).resource != nil
            }
            let store = project.store()
            let (plan, inventory) = try await project.plan(rest, store: store)
            let hash = try #require(plan.prune.approvalHash)
            if hasLate { try await createWidget(project, group: group, in: name) }
            let noGroups: JSON = ["apiVersion": "v1", "kind": "APIGroupList", "groups": []]
            let rule = faults.add(FaultRule("GET", "/apis", .answer(status: 200, body: noGroups)))
            let report = await project.applier(store: store).apply(plan, inventory: inventory, approved: hash)
            #expect(faults.hits(rule) > 0, "the kinds were asked for anew")
            faults.remove(rule)
            let outcome = report.outcome(name)
            #expect(outcome?.action == (hasLate ? .skipped : .pruned), "\(outcome?.error ?? "")")
            if hasLate {
                #expect(outcome?.error?.contains("\(name)/late was put there") == true, "\(outcome?.error ?? "")")
            }
        }
    }
}
