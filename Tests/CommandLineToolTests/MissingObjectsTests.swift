// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncObserve
import SyncPlan
import Testing

@testable import CommandLineTool

/// What `status` says of members that were not found.
struct MissingObjectsTests {
    private static let config = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "a")
    private static let widget = ObjectID(group: "example.org", kind: "Widget", namespace: "shop", name: "w")
    private static let secret = ObjectID(group: "", kind: "Secret", namespace: "shop", name: "login")

    /// Of three members none was found; discovery and lists failed as given.
    private func missing(
        unavailable: [String: String] = [:],
        unreadable: [GroupKind: String] = [:]
    ) -> [ObjectID: ObjectHealth] {
        let ids = [Self.config, Self.widget, Self.secret]
        let member = Inventory.Member(uid: "uid")
        let inventory = Inventory(
            applySet: ApplySet(project: "posts", namespace: "sternpost"),
            members: Dictionary(uniqueKeysWithValues: ids.map { ($0, member) })
        )
        let mark = Inventory.AppliedMark(uid: "uid", resourceVersion: "1", contentHash: "hash")
        var catalog = APICatalog()
        for (group, reason) in unavailable { catalog.markUnavailable(group: group, reason: reason) }
        let found = ProjectStatus.missingObjects(
            inventory,
            marks: Dictionary(uniqueKeysWithValues: ids.map { ($0, mark) }),
            live: LiveSet(catalog: catalog, objects: [:], unreadable: unreadable)
        )
        return Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    }

    @Test func `objects whose group did not answer are not called gone`() {
        let found = missing(unavailable: ["example.org": "503 Service Unavailable"])
        #expect(found[Self.widget]?.status == .unknown)
        #expect(found[Self.widget]?.message == "its API group did not answer: 503 Service Unavailable")
        #expect(found[Self.config]?.status == .notFound)
    }

    @Test func `objects whose kind could not be listed are not called gone`() {
        let found = missing(unreadable: [Self.secret.groupKind: "secrets is forbidden"])
        #expect(found[Self.secret]?.status == .unknown)
        #expect(found[Self.secret]?.message == "secrets is forbidden")
        #expect(found[Self.config]?.status == .notFound)
    }

    @Test func `objects that the cluster answers for and does not have are gone`() {
        let found = missing()
        #expect(found.count == 3)
        #expect(found.values.allSatisfy { $0.status == .notFound })
        #expect(found[Self.widget]?.message == "is gone from the cluster; the next sync creates it again")
    }
}
