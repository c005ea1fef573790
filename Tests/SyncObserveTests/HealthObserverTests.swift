// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import TestKit
import Testing

/// Waiting for objects of a cluster. Pods get their status by hand: the cluster under test needs no nodes.
@Suite(.enabled(if: RealCluster.kubeconfigPath != nil), .timeLimit(.minutes(5)))
struct HealthObserverTests {
    /// A client and a namespace of its own, deleted afterwards.
    private struct Space: Sendable {
        let client: KubeClient
        let catalog: APICatalog
        let name: String

        func kubectl(_ arguments: [String]) throws -> String {
            let path = try #require(RealCluster.kubeconfigPath)
            let all = ["--kubeconfig", path, "--namespace", name] + arguments
            let result = try runProgram("kubectl", all, package: "kubernetes-client")
            guard result.status == 0 else { throw MissingProgram(description: "kubectl: \(result.errors)") }
            return String(decoding: result.output, as: UTF8.self)
        }

        /// Creates an object from JSON text; gives its uid.
        func create(_ text: String) throws -> String {
            let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
            try Data(text.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try kubectl(["create", "-f", file.path, "-o", "jsonpath={.metadata.uid}"])
        }

        func observer(patience: Duration = .milliseconds(400)) -> HealthObserver {
            let pace = HealthObserver.Pace(
                shortest: .milliseconds(50),
                longest: .milliseconds(100),
                causesAfter: .zero,
                patience: patience
            )
            return HealthObserver(client: client, applySet: ApplySet(project: "t", namespace: name), pace: pace)
        }

        func awaited(_ group: String, _ kind: String, _ object: String) -> AwaitedObject {
            AwaitedObject(id: ObjectID(group: group, kind: kind, namespace: name, name: object), origin: nil)
        }

        func wait(_ objects: [AwaitedObject], within deadline: Duration = .seconds(30)) async -> HealthReport {
            await observer().wait(for: objects, catalog: catalog, deadline: deadline)
        }
    }

    private func withSpace(_ body: (Space) async throws -> Void) async throws {
        let json = try JSONParser.parse(try RealCluster.kubeconfigJSON())
        let configuration = try KubeConfiguration(kubeconfig: json, folder: "/", context: nil)
        let client = KubeClient(configuration: configuration, wire: HTTPWire())
        let name = "observe-\(UUID().uuidString.lowercased().prefix(8))"
        let space = try KubeObject(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        let created = try await client.create(space, in: .namespaces, fieldManager: "test").object
        do { try await body(Space(client: client, catalog: try await client.discover(), name: name)) } catch {
            Issue.record(error)
        }
        let uid = try #require(created.uid)
        _ = try await client.delete(.namespaces, namespace: "", name: name, uid: uid, propagation: .background)
    }

    @Test func `objects that are as they should be are healthy without waiting`() async throws {
        try await withSpace { space in
            _ = try space.kubectl(["create", "deployment", "web", "--image=web:1", "--replicas=0"])
            let report = await space.wait([
                space.awaited("apps", "Deployment", "web"), space.awaited("", "Secret", "s"),
            ])
            #expect(report == HealthReport(ending: .healthy, unhealthy: [], observed: 2))
        }
    }

    @Test func `an image that cannot be pulled ends the wait early and is named`() async throws {
        try await withSpace { space in
            _ = try space.kubectl(["create", "deployment", "web", "--image=web:1"])
            _ = try space.kubectl(["create", "deployment", "idle", "--image=web:1"])
            let selector = ["get", "pods", "-l", "app=web", "-o", "name"]
            try await eventually("the Deployment has made a Pod") { try !space.kubectl(selector).isEmpty }
            let pod = try space.kubectl(selector).trimmingCharacters(in: .whitespacesAndNewlines)
            let status = """
                {"status":{"phase":"Pending","containerStatuses":[{"name":"web","image":"web:1","imageID":"","ready":false,
                 "restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff","message":"manifest unknown"}}}]}}
                """
            _ = try space.kubectl(["patch", pod, "--subresource=status", "--type=merge", "-p", status])
            let names = ["idle", "web"].map { space.awaited("apps", "Deployment", $0) }
            let report = await space.wait(names, within: .seconds(60))
            #expect(report.ending == .failed)
            #expect(report.unhealthy.map(\.id.name) == ["idle", "web"])
            let message = report.unhealthy.last?.message ?? ""
            #expect(message.contains("container web: ImagePullBackOff: manifest unknown"), "\(message)")
            #expect(message.hasPrefix("0 of 1") || message.hasPrefix("1 of 1"), "\(message)")
        }
    }

    @Test func `a quota that keeps Pods away is the cause`() async throws {
        try await withSpace { space in
            _ = try space.kubectl(["create", "quota", "none", "--hard=pods=0"])
            _ = try space.kubectl(["create", "deployment", "web", "--image=web:1"])
            try await eventually("the quota is the reason that is told") {
                let report = await space.wait([space.awaited("apps", "Deployment", "web")], within: .zero)
                #expect(report.ending == .timedOut)
                return report.unhealthy.first?.message.contains("exceeded quota") == true
            }
        }
    }

    @Test func `a warning about an object is told when its status says nothing`() async throws {
        try await withSpace { space in
            let claim = try space.create(
                """
                {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":
                 ["ReadWriteOnce"],"storageClassName":"none","resources":{"requests":{"storage":"1Gi"}}}}
                """
            )
            for (name, type, time) in [("old", "Warning", "01"), ("new", "Warning", "03"), ("fine", "Normal", "04")] {
                _ = try space.create(
                    """
                    {"apiVersion":"v1","kind":"Event","metadata":{"name":"\(name)"},"type":"\(type)","reason":"Tried",
                     "message":"the \(name) one","lastTimestamp":"2026-01-01T00:00:\(time)Z","involvedObject":{"kind":
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
            _ = try space.kubectl(["create", "deployment", "web", "--image=web:1"])
            let web = space.awaited("apps", "Deployment", "web")
            let waiting = Task { await space.wait([web], within: .seconds(600)) }
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
            #expect(report.unhealthy.first?.message.contains("does not serve Widget.example.org") == true)
        }
    }
}
