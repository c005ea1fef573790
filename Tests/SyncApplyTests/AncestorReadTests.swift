// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncLook
import Testing

/// Looking for owners of owners.
@Suite(.timeLimit(.minutes(5)))
struct AncestorReadTests {
    private let kind = GroupKind(group: "", kind: "ConfigMap")

    private func owner(_ object: KubeObject, in namespace: String? = nil) throws -> OwnerLink.Owner {
        let id = ObjectID(groupKind: kind, namespace: namespace ?? object.id.namespace, name: object.name)
        return OwnerLink.Owner(id: object.id.groupKind == kind ? id : object.id, uid: try #require(object.uid))
    }

    private func link(_ project: ProjectUnderTest, _ owner: OwnerLink.Owner) -> OwnerLink {
        OwnerLink(owned: project.id("ConfigMap", "owned"), owner: owner)
    }

    private func create(_ name: String, by owner: KubeObject?, in project: ProjectUnderTest) async throws -> KubeObject
    {
        var metadata: JSON = ["name": .string(name), "namespace": .string(project.namespace)]
        if let owner {
            metadata["ownerReferences"] = [
                [
                    "apiVersion": "v1", "kind": .string(owner.id.kind), "name": .string(owner.name),
                    "uid": .string(try #require(owner.uid)),
                ]
            ]
        }
        let object = try KubeObject(["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata])
        let resource = try await resource("ConfigMap", project)
        _ = try await project.client.create(object, in: resource, fieldManager: "somebody")
        let live = try await project.client.get(resource, namespace: project.namespace, name: name)
        return try #require(live)
    }

    private func resource(_ kind: String, _ project: ProjectUnderTest) async throws -> APIResource {
        let answer = try await project.client.discover().lookup(GroupKind(group: "", kind: kind))
        guard case .served(let resource) = answer else { throw NotServed() }
        return resource
    }

    private struct NotServed: Error {}

    private func isUnknown(_ ancestor: Ancestor?, because words: String) -> Bool {
        if case .unknown(let reason) = ancestor { reason.contains(words) } else { false }
    }

    private func live(_ project: ProjectUnderTest, _ objects: [KubeObject] = []) async throws -> LiveSet {
        LiveSet(
            catalog: try await project.client.discover(),
            objects: Dictionary(objects.map { ($0.id, .whole($0)) }) { first, _ in first },
            unreadable: [:]
        )
    }

    /// What is known then, and how many requests it took.
    private func ancestors(
        _ links: [OwnerLink],
        in live: LiveSet,
        _ project: ProjectUnderTest
    ) async -> (known: [OwnerLink.Owner: Ancestor], requests: Int) {
        let before = project.client.statistics.requests
        let reader = LiveReader(client: project.client, applySet: project.applySet)
        let questions = PruneQuestions(containers: [], ownedContainers: false, owners: links)
        let known = await reader.answer(questions, in: live) { _, _, _ in nil }.ancestors
        return (known, project.client.statistics.requests - before)
    }

    @Test func `a chain is followed to its end, through what was read already`() async throws {
        try await ProjectUnderTest.run { project in
            let top = try await create("top", by: nil, in: project)
            let read = try await create("read", by: top, in: project)
            let low = try await create("low", by: read, in: project)
            let answer = await ancestors(
                [link(project, try owner(low))],
                in: try await live(project, [read]),
                project
            )
            #expect(
                answer.known == [
                    try owner(low): .exists(owners: low.ownerLinks), try owner(top): .exists(owners: []),
                ]
            )
            #expect(answer.requests == 2)
        }
    }

    @Test func `an owner is looked for where the reference says, and is there only as the same incarnation`()
        async throws
    {
        try await ProjectUnderTest.run { project in
            let there = try await create("there", by: nil, in: project)
            let right = try owner(there)
            let elsewhere = try owner(there, in: "default")
            // What is in no namespace has no owner in one.
            let nowhere = try owner(there, in: "")
            let older = OwnerLink.Owner(id: there.id, uid: "another")
            let secret = ObjectID(group: "", kind: "Secret", namespace: project.namespace, name: "there")
            let unserved = ObjectID(group: "acme.dev", kind: "Widget", namespace: project.namespace, name: "there")
            let wrong = [
                elsewhere, nowhere, older, .init(id: secret, uid: right.uid), .init(id: unserved, uid: right.uid),
            ]
            for owners in [wrong + [right], [right] + wrong] {
                let answer = await ancestors(owners.map { link(project, $0) }, in: try await live(project), project)
                #expect(answer.known[right] == .exists(owners: []))
                for owner in wrong { #expect(answer.known[owner] == .gone, "\(owner)") }
            }
        }
    }

    @Test func `references from many namespaces to one owner are one request`() async throws {
        try await ProjectUnderTest.run { project in
            let namespaces = try await resource("Namespace", project)
            let read = try await project.client.get(namespaces, namespace: "", name: project.namespace)
            let object = try #require(read)
            let owners = try (0..<20).map { number in
                OwnerLink.Owner(
                    id: ObjectID(group: "", kind: "Namespace", namespace: "n\(number)", name: object.name),
                    uid: try #require(object.uid)
                )
            }
            let answer = await ancestors(owners.map { link(project, $0) }, in: try await live(project), project)
            #expect(answer.known.count == 20 && answer.known.values.allSatisfy { $0 == .exists(owners: []) })
            #expect(answer.requests == 1)
        }
    }

    /// A project may keep objects in very many Namespaces.
    @Test func `many Namespaces are one list, and no limit of owners`() async throws {
        try await ProjectUnderTest.run { project in
            let there = ObjectID(groupKind: .namespace, namespace: "", name: project.namespace)
            let absent = (0..<1_500).map { ObjectID(groupKind: .namespace, namespace: "", name: "absent-\($0)") }
            let links = (absent + [there]).map(OwnerLink.init(to:))
            let answer = await ancestors(links, in: try await live(project), project)
            #expect(answer.requests == 1)
            #expect(answer.known[OwnerLink(to: there).owner] == .exists(owners: []))
            #expect(answer.known.values.count { $0 == .gone } == 1_500)
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `without the right to list them, many Namespaces are read by name`()
        async throws
    {
        try await ProjectUnderTest.run { project in
            let faults = try #require(project.cluster.embedded?.faults)
            faults.add(
                FaultRule("list", "/api/v1/namespaces", .failure(status: 403, reason: "Forbidden", message: "no"))
            )
            let names = (0..<30).map { "absent-\($0)" } + [project.namespace]
            let links = names.map { OwnerLink(to: ObjectID(groupKind: .namespace, namespace: "", name: $0)) }
            let known = await ancestors(links, in: try await live(project), project).known
            #expect(known.values.count { $0 == .gone } == 30 && known.values.contains(.exists(owners: [])))
        }
    }

    @Test func `of more owners than are looked for none is asked for, and all are unknown`() async throws {
        try await ProjectUnderTest.run { project in
            let owners = (0..<1_005).map { number in
                OwnerLink.Owner(id: project.id("ConfigMap", "o\(number)"), uid: "u\(number)")
            }
            let answer = await ancestors(owners.map { link(project, $0) }, in: try await live(project), project)
            #expect(answer.requests == 0 && answer.known.count == 1_005)
            let reason = "there are too many owners to look for, more than 1000"
            #expect(answer.known.values.allSatisfy { $0 == .unknown(reason) })
            // Those that need no question do not count.
            let unserved = (0..<1_005).map { number in
                OwnerLink.Owner(id: project.id("Widget", "o\(number)", group: "acme.dev"), uid: "u\(number)")
            }
            let both = await ancestors(
                (unserved + owners.prefix(3)).map { link(project, $0) },
                in: try await live(project),
                project
            )
            #expect(both.requests == 3 && both.known.values.allSatisfy { $0 == .gone })
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal)) func `an owner that cannot be read is unknown, with the reason`()
        async throws
    {
        try await ProjectUnderTest.run { project in
            let there = try await create("there", by: nil, in: project)
            let faults = try #require(project.cluster.embedded?.faults)
            let path = "/api/v1/namespaces/\(project.namespace)/configmaps/there"
            faults.add(FaultRule("get", path, .failure(status: 403, reason: "Forbidden", message: "not for you")))
            let owner = try owner(there)
            let known = await ancestors([link(project, owner)], in: try await live(project), project).known
            #expect(isUnknown(known[owner], because: "not for you"), "\(known)")
        }
    }
}
