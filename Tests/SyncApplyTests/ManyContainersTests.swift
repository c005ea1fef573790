// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import Testing

/// Looking through many Namespaces at once.
@Suite(.timeLimit(.minutes(5)))
struct ManyContainersTests {
    private func resource(_ kind: String, _ catalog: APICatalog) throws -> APIResource {
        guard case .served(let resource) = catalog.lookup(GroupKind(group: "", kind: kind)) else { throw NotServed() }
        return resource
    }

    private struct NotServed: Error {}

    private func space(_ name: String) -> ObjectID { ObjectID(groupKind: .namespace, namespace: "", name: name) }

    /// What the spaces hold, and how many requests it took to know.
    private func contents(
        _ spaces: [ObjectID],
        _ project: ProjectUnderTest
    ) async throws -> (found: [ObjectID: ContainerContents], requests: Int) {
        let live = LiveSet(catalog: try await project.client.discover(), objects: [:], unreadable: [:])
        let reader = LiveReader(client: project.client, applySet: project.applySet)
        let before = project.client.statistics.requests
        let questions = PruneQuestions(containers: spaces, ownedContainers: false, owners: [])
        let witnesses = ContainerContents.witnesses(for: project.applySet)
        let answer = await reader.answer(questions, in: live, witnesses: witnesses)
        return (answer.contents, project.client.statistics.requests - before)
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `what each of them holds is found, at the cost of one list for each kind, however many they are`() async throws
    {
        try await ProjectUnderTest.run { project in
            let catalog = try await project.client.discover()
            let (namespaces, configMaps) = (try resource("Namespace", catalog), try resource("ConfigMap", catalog))
            let spaces = (0..<25).map { space("\(project.namespace)-\($0)") }
            for id in spaces {
                let body: JSON = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(id.name)]]
                _ = try await project.client.create(try KubeObject(body), in: namespaces, fieldManager: "somebody")
            }
            func create(_ name: String, in space: ObjectID, annotations: JSON = [:]) async throws {
                let metadata: JSON = [
                    "name": .string(name), "namespace": .string(space.name), "annotations": annotations,
                ]
                let body: JSON = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata]
                _ = try await project.client.create(try KubeObject(body), in: configMaps, fieldManager: "somebody")
            }
            // More than the share of one, and behind those one that asks to be kept.
            for number in 100..<510 { try await create("m\(number)", in: spaces[3]) }
            try await create("z", in: spaces[3], annotations: ["sternpost.dev/prune": "disabled"])
            try await create("one", in: spaces[24])
            let together = try await contents(spaces, project)
            #expect(Set(together.found.keys) == Set(spaces))
            let last = try #require(together.found[spaces[24]])
            #expect(last.ownObjects(going: []).map(\.name) == ["one"] && last.notLookedAt.isEmpty)
            let crowded = try #require(together.found[spaces[3]])
            #expect(crowded.objects.contains { $0.name == "z" })
            #expect(crowded.notLookedAt[configMaps.gvk.groupKind]?.contains("more than 400") == true)
            let singly = try await contents([spaces[24]], project)
            #expect(singly.found[spaces[24]] == last)
            // Where the whole cluster may not be listed, each namespace is.
            let faults = try #require(project.cluster.embedded?.faults)
            let refusal = FaultAction.failure(status: 403, reason: "Forbidden", message: "not the whole cluster")
            let rule = faults.add(FaultRule("list", "/api/v1/configmaps", refusal, on: .every))
            #expect(try await contents(spaces, project).found == together.found)
            #expect(faults.hits(rule) > 0)
            // Where neither may be, not every one is asked.
            faults.add(FaultRule("list", "/api/v1/namespaces/*/configmaps", refusal, on: .every))
            let refused = try await contents(spaces, project)
            #expect(refused.found.values.allSatisfy { $0.notLookedAt[configMaps.gvk.groupKind] != nil })
            #expect(refused.requests <= together.requests + 3)
            faults.removeAll()
            #expect(together.requests <= singly.requests + 2, "\(together.requests), \(singly.requests)")
        }
    }
}
