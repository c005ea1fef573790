// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import TestKit
import Testing

/// What definitions and APIServices say of kinds that discovery does not show. Both are scripted, so all of this is for
/// the embedded cluster: an APIService without a server would harm a real one.
extension UndiscoveredKindTests {
    @Test(.enabled(if: !ClusterUnderTest.isReal), arguments: [("v1", true), ("v2", false)])
    func `an APIService promises one version of a group, and says nothing of the others`(
        version: String,
        isPromised: Bool
    ) async throws {
        try await ProjectUnderTest.run { project in
            let group = "\(project.namespace).example.org"
            let service = try KubeObject([
                "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
                "metadata": ["name": .string("\(version).\(group)")],
                "spec": [
                    "group": .string(group), "version": .string(version), "groupPriorityMinimum": 1000,
                    "versionPriority": 10, "service": ["namespace": "elsewhere", "name": "widgets"],
                ],
            ])
            let services = try await project.resource(service.gvk.groupKind)
            _ = try await project.client.create(service, in: services, fieldManager: "kubectl-create")
            let manifests = [widgetDefinition(group: group), widget("w", group: group)]
            let (plan, live) = try await plan(project, manifests, without: group, .unknown)
            let reason = live.unreadable[GroupKind(group: group, kind: "Widget")]
            #expect((reason?.contains("the APIService \(version).\(group)") == true) == isPromised, "\(reason ?? "")")
            let created = plan.waves.flatMap(\.steps).map(\.id.kind)
            #expect(created.contains("Widget") == !isPromised, "\(created)")
        }
    }

    /// Runs `body` with a definition in the cluster that is as git says, so that a list keeps only the proof of that, and
    /// the path of the one request that shows it whole.
    private func withSettledDefinition(
        _ body: (
            _ project: ProjectUnderTest, _ group: String, _ definition: KubeObject, _ path: String
        ) async throws -> Void
    ) async throws {
        try await ProjectUnderTest.run { project in
            let group = "\(project.namespace).example.org"
            try await project.sync([widgetDefinition(group: group)])
            let definitions = try await project.resource(GroupKind.customResourceDefinition)
            let name = "widgets.\(group)"
            let found = try await project.client.get(definitions, namespace: "", name: name)
            let definition = try #require(found)
            try await body(project, group, definition, definitions.path(namespace: "", name: name))
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `a definition that is as git says and was never established has no objects`() async throws {
        try await withSettledDefinition { project, group, definition, path in
            var young = definition.json
            young["status"] = ["conditions": [["type": "Established", "status": "False", "reason": "Installing"]]]
            let faults = try #require(project.cluster.embedded?.faults)
            let look = faults.add(FaultRule("get", path, .answer(status: 200, body: young)))
            let missing = FaultAction.answer(status: 404, body: "404 page not found\n")
            let objects = faults.add(FaultRule("*", "/apis/\(group)/*", missing))
            let manifests = [widgetDefinition(group: group), widget("w", group: group)]
            let (plan, live) = try await plan(project, manifests, without: group, .unknown)
            let kept = try #require(live.objects[definition.id])
            #expect(kept.whole == nil, "only the proof that it is as git says")
            #expect(faults.hits(look) == 1)
            #expect(faults.hits(objects) == 0, "nobody asks for what cannot be there")
            #expect(live.unreadable.isEmpty, "\(live.unreadable)")
            #expect(plan.waves.flatMap(\.steps).map(\.id.kind) == ["Widget"])
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `where a definition that is as git says cannot be read again, its kind is unreadable`() async throws {
        try await withSettledDefinition { project, group, _, path in
            let faults = try #require(project.cluster.embedded?.faults)
            let action = FaultAction.failure(status: 403, reason: "Forbidden", message: "definitions are not shown")
            let look = faults.add(FaultRule("get", path, action))
            let manifests = [widgetDefinition(group: group), widget("w", group: group)]
            let (plan, live) = try await plan(project, manifests, without: group, .unknown)
            #expect(faults.hits(look) == 1)
            let reason = live.unreadable[GroupKind(group: group, kind: "Widget")]
            #expect(reason != nil)
            #expect(plan.waves.flatMap(\.steps).isEmpty)
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `many objects take one list, and one look for each that does not carry our label`() async throws {
        try await withWidgets(6) { project, group, manifests in
            try await project.createByHand(widget("theirs", group: group))
            let faults = try #require(project.cluster.embedded?.faults)
            faults.forgetRequests()
            let wanted = manifests + [widget("theirs", group: group)]
            let (_, live) = try await plan(project, wanted, without: group, .unknown)
            let found = live.objects.keys.filter { $0.kind == "Widget" }
            #expect(found.count == 7)
            let asked = faults.requests.filter { $0.path.hasPrefix("/apis/\(group)/v1/") }.map {
                "\($0.verb) \($0.path)"
            }
            let one = "/apis/\(group)/v1/namespaces/\(project.namespace)/widgets/theirs"
            #expect(asked == ["list /apis/\(group)/v1/widgets", "get \(one)"])
        }
    }
}
