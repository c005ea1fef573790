// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan
import Testing

@testable import CommandLineTool
@testable import SyncRecord

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
        #expect(found[Self.widget]?.message == "was deleted in the cluster")
    }

    @Test(arguments: [
        ("infra/a.yaml:1: ConfigMap shop/a: was deleted in the cluster; the project only reports drift", true),
        ("infra/a.yaml:1: ConfigMap shop/a: is left alone", false),
    ])
    func `what the last sync has left deleted is not promised to come back`(_ error: String, _ isLeft: Bool) {
        let recorded = RecordedObject(
            id: Self.config,
            apiVersion: "v1",
            action: .skipped,
            error: error,
            isRetryable: false,
            origin: nil,
            changes: [],
            diff: nil,
            warnings: [],
            durationMilliseconds: 0
        )
        let unhealthy = missing().values.sorted { $0.id < $1.id }
        let explained = ProjectStatus.explained(unhealthy, by: [recorded])
        #expect(explained.map(\.id) == unhealthy.map(\.id))
        let left = explained.filter { $0.message.hasSuffix("; the project only reports drift: a sync leaves it") }
        #expect(left.map(\.id) == (isLeft ? [Self.config] : []))
    }

    @Test(arguments: [(0, 0, nil), (3, 0, true), (3, 1, false), (0, 1, false)] as [(Int, Int, Bool?)])
    func `nothing is not called healthy, in the table and as JSON`(_ observed: Int, _ lost: Int, _ isHealthy: Bool?) {
        let status = ProjectStatus(
            project: "posts",
            commit: nil,
            lastOutcome: .succeeded,
            observed: observed,
            unhealthy: Array(missing().values.prefix(lost)),
            state: "in step",
            isInStep: true,
            leader: nil,
            images: []
        )
        #expect(status.isHealthy == isHealthy)
        let expected: JSON = isHealthy.map { JSON.bool($0) } ?? JSON.null
        #expect(status.json["healthy"] == expected)
        if lost > 0 { #expect(status.health == "1 not") }
        if lost == 0 { #expect(status.health == (observed > 0 ? "healthy" : "–")) }
    }
}
