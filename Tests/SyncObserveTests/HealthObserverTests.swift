// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import ClusterKit
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan
import TestKit
import Testing

/// Waiting for objects of a cluster. On a real one Pods get their status by hand: it needs no nodes.
@Suite(.timeLimit(.minutes(5)))
struct HealthObserverTests {
    /// A client and a namespace of its own, deleted afterwards.
    struct Space: Sendable {
        let cluster: ClusterUnderTest
        let catalog: APICatalog
        let name: String

        var client: KubeClient { cluster.client }
        var applySet: ApplySet { ApplySet(project: "t", namespace: name) }

        @discardableResult
        func kubectl(_ arguments: [String]) async throws -> String {
            try await cluster.kubectl(["--namespace", name] + arguments)
        }

        /// Creates an object from JSON text; gives its uid.
        func create(_ text: String) async throws -> String {
            let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
            try Data(text.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await kubectl(["create", "-f", file.path, "-o", "jsonpath={.metadata.uid}"])
        }

        func awaited(_ group: String, _ kind: String, _ object: String) -> AwaitedObject {
            AwaitedObject(id: ObjectID(group: group, kind: kind, namespace: name, name: object), origin: nil)
        }

        func wait(
            _ objects: [AwaitedObject],
            within deadline: Duration = .seconds(30),
            patience: Duration = .milliseconds(400),
            as client: KubeClient? = nil
        ) async -> HealthReport {
            let pace = HealthObserver.Pace(
                shortest: .milliseconds(50),
                longest: .milliseconds(100),
                causesAfter: .zero,
                patience: patience
            )
            return await HealthObserver(client: client ?? self.client, applySet: applySet, pace: pace)
                .wait(for: objects, catalog: catalog, deadline: deadline)
        }
    }

    func withSpace(_ body: (Space) async throws -> Void) async throws {
        var options = EmbeddedClusterOptions()
        options.images = ImageCatalog(failing: [("missing:*", .pull)])
        try await ClusterUnderTest.run(options: options) { cluster in
            let catalog = try await cluster.client.discover()
            try await cluster.withNamespace("observe") { name in
                try await body(Space(cluster: cluster, catalog: catalog, name: name))
            }
        }
    }

    @Test func `objects that are as they should be are healthy without waiting`() async throws {
        try await withSpace { space in
            try await space.kubectl(["create", "deployment", "web", "--image=web:1", "--replicas=0"])
            let report = await space.wait([
                space.awaited("apps", "Deployment", "web"), space.awaited("", "Secret", "s"),
            ])
            #expect(report == HealthReport(ending: .healthy, unhealthy: [], observed: 2))
        }
    }

    @Test func `an image that cannot be pulled ends the wait early and is named`() async throws {
        try await withSpace { space in
            try await space.kubectl(["create", "deployment", "web", "--image=missing:1"])
            try await space.kubectl(["create", "deployment", "idle", "--image=missing:1"])
            let selector = ["get", "pods", "-l", "app=web", "-o", "name"]
            try await eventually("the Deployment has made a Pod") { try await !space.kubectl(selector).isEmpty }
            let pod = try await space.kubectl(selector).trimmingCharacters(in: .whitespacesAndNewlines)
            if ClusterUnderTest.isReal {
                let status = """
                    {"status":{"phase":"Pending","containerStatuses":[{"name":"missing","image":"missing:1","imageID":"",
                     "ready":false,"restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff","message":
                     "missing:1: not found"}}}]}}
                    """
                try await space.kubectl(["patch", pod, "--subresource=status", "--type=merge", "-p", status])
            }
            let reason = "jsonpath={.status.containerStatuses[0].state.waiting.reason}"
            try await eventually("the pull is given up for now") {
                try await space.kubectl(["get", pod, "-o", reason]) == "ImagePullBackOff"
            }
            let names = ["idle", "web"].map { space.awaited("apps", "Deployment", $0) }
            let report = await space.wait(names, within: .seconds(60))
            #expect(report.ending == .failed)
            #expect(report.unhealthy.map(\.id.name) == ["idle", "web"])
            let message = report.unhealthy.last?.message ?? ""
            #expect(message.contains("container missing: ImagePullBackOff: "), "\(message)")
            #expect(message.contains("not found"), "\(message)")
            #expect(message.hasPrefix("0 of 1") || message.hasPrefix("1 of 1"), "\(message)")
        }
    }

    // The embedded cluster keeps no quotas.
    @Test(.enabled(if: ClusterUnderTest.isReal)) func `a quota that keeps Pods away is the cause`() async throws {
        try await withSpace { space in
            try await space.kubectl(["create", "quota", "none", "--hard=pods=0"])
            try await space.kubectl(["create", "deployment", "web", "--image=missing:1"])
            try await eventually("the quota is the reason that is told") {
                let report = await space.wait([space.awaited("apps", "Deployment", "web")], within: .zero)
                #expect(report.ending == .timedOut)
                return report.unhealthy.first?.message.contains("exceeded quota") == true
            }
        }
    }

    @Test func `a warning about an object is told when its status says nothing`() async throws {
        try await withSpace { space in
            let claim = try await space.create(
                """
                {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":
                 ["ReadWriteOnce"],"storageClassName":"none","resources":{"requests":{"storage":"1Gi"}}}}
                """
            )
            // Later than whatever a controller says of the claim meanwhile.
            let start = Date()
            for (name, type, minutes) in [("old", "Warning", 1.0), ("new", "Warning", 3), ("fine", "Normal", 4)] {
                let time = start.addingTimeInterval(60 * minutes).formatted(.iso8601)
                _ = try await space.create(
                    """
                    {"apiVersion":"v1","kind":"Event","metadata":{"name":"\(name)"},"type":"\(type)","reason":"Tried",
                     "message":"the \(name) one","lastTimestamp":"\(time)","involvedObject":{"kind":
                     "PersistentVolumeClaim","name":"data","namespace":"\(space.name)","uid":"\(claim)"}}
                    """
                )
            }
            let report = await space.wait([space.awaited("", "PersistentVolumeClaim", "data")], within: .zero)
            #expect(report.ending == .timedOut)
            #expect(report.unhealthy.first?.message.hasSuffix("; Tried: the new one") == true)
        }
    }

    @Test func `an object that somebody deleted is not found`() async throws {
        try await withSpace { space in
            let report = await space.wait([space.awaited("apps", "Deployment", "gone")])
            #expect(report.ending == .failed)
            #expect(report.unhealthy.map(\.status) == [.notFound])
            let job = ObjectID(group: "batch", kind: "Job", namespace: space.name, name: "done")
            let done = await space.wait([AwaitedObject(id: job, origin: nil, removesItself: true)])
            #expect(done.ending == .healthy)
        }
    }

    @Test func `a wait that is cancelled says so and tells what it saw last`() async throws {
        try await withSpace { space in
            try await space.kubectl(["create", "deployment", "web", "--image=missing:1"])
            let web = space.awaited("apps", "Deployment", "web")
            let waiting = Task { await space.wait([web], within: .seconds(600), patience: .seconds(600)) }
            try await eventually("some rounds have passed") { space.client.statistics.requests > 8 }
            waiting.cancel()
            let report = await waiting.value
            #expect(report.ending == .cancelled)
            #expect(report.unhealthy.map(\.status) == [.inProgress])
        }
    }

    @Test func `a kind that may not be read ends as unreadable`() async throws {
        try await withSpace { space in
            let report = await space.wait([space.awaited("example.org", "Widget", "w")], within: .milliseconds(200))
            #expect(report.ending == .unreadable)
            #expect(report.unhealthy.first?.message.contains("discovery does not show Widget.example.org") == true)
        }
    }

    /// A client that may read Services of the namespace, and may not list them in the whole cluster.
    private func namespacedClient(_ space: Space) async throws -> KubeClient {
        if let faults = space.cluster.embedded?.faults {
            let words = "services is forbidden: User \"robot\" cannot list resource \"services\" at the cluster scope"
            faults.add(
                FaultRule("list", "/api/v1/services", .failure(status: 403, reason: "Forbidden", message: words))
            )
            return space.client
        }
        try await space.kubectl(["create", "serviceaccount", "robot"])
        try await space.kubectl(["create", "role", "reader", "--verb=get,list", "--resource=services"])
        try await space.kubectl([
            "create", "rolebinding", "reader", "--role=reader", "--serviceaccount=\(space.name):robot",
        ])
        let client = try await space.cluster.client(serviceAccount: "robot", namespace: space.name)
        let services = try #require(space.catalog.resource(named: "services"))
        try await eventually("the rights have arrived") {
            do throws(KubeError) {
                return try await client.list(services, namespace: space.name).objects.count == 4
            } catch {
                return false
            }
        }
        return client
    }

    @Test func `where the list of the whole cluster is forbidden, the namespace's is read`() async throws {
        try await withSpace { space in
            for name in ["a", "b", "c", "d"] {
                try await space.kubectl(["create", "service", "clusterip", name, "--tcp=80"])
            }
            let label = space.applySet.memberSelector
            try await space.kubectl(["label", "services", "--all", label])
            let client = try await namespacedClient(space)
            space.cluster.embedded?.faults.forgetRequests()
            let services = ["a", "b", "c", "d"].map { space.awaited("", "Service", $0) }
            let report = await space.wait(services, within: .seconds(5), as: client)
            #expect(report == HealthReport(ending: .healthy, unhealthy: [], observed: 4))
            if let faults = space.cluster.embedded?.faults {
                #expect(faults.count("list", "/api/v1/services") == 1)
                #expect(faults.count("list", "/api/v1/namespaces/\(space.name)/services") == 1)
            }
        }
    }

    // Only the embedded cluster can be told to fail.
    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `when the kinds cannot be read anew, that is the reason, and not that a kind is unknown`() async throws {
        try await withSpace { space in
            let faults = try #require(space.cluster.embedded?.faults)
            let failure = FaultAction.failure(status: 403, reason: "Forbidden", message: "robots cannot discover")
            faults.add(FaultRule("GET", "/apis", failure))
            let report = await space.wait([space.awaited("example.org", "Widget", "w")], within: .milliseconds(200))
            #expect(report.ending == .unreadable)
            let message = report.unhealthy.first?.message ?? ""
            #expect(message.contains("robots cannot discover"), "\(message)")
            #expect(!message.contains("does not show"), "\(message)")
        }
    }
}
