// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import Foundation
import KubeObjects
import PlainText
import SyncApply
import SyncLook
import SyncPlan
import TestKit
import Testing

/// Taking over from kubectl, and immutable fields, against a cluster.
@Suite(.timeLimit(.minutes(5)))
struct OwnershipTests {
    private func service(_ name: String, port: Int, annotations: String = "{}") -> String {
        """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"\(name)","annotations":\(annotations)},
         "spec":{"selector":{"app":"web"},"ports":[{"name":"http","port":\(port),"targetPort":80}]}}
        """
    }

    @Test func `what kubectl applied and git does not have goes away on adoption`() async throws {
        try await ProjectUnderTest.run { project in
            try await withTemporaryFolder { folder in
                let file = folder.appending(path: "a.json")
                try Array(configMap("a", #"{"k":"old","gone":"yes"}"#).utf8).write(to: file)
                try await project.kubectl(["apply", "-f", file.path])
            }
            let report = try await project.sync([configMap("a")]).report
            #expect(report.outcome("a")?.action == .configured, "\(report.outcome("a")?.error ?? "")")
            let live = try #require(try await project.live("ConfigMap", "a"))
            #expect(live.json["data"] == ["k": "v"])
            #expect(live.annotation("kubectl.kubernetes.io/last-applied-configuration") == nil)
            #expect(live.managedFields.map(\.manager) == ["sternpost"])
            #expect(try await project.sync([configMap("a")]).plan.isEmpty)
        }
    }

    @Test func `a port that somebody edited does not stay beside ours`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([service("web", port: 80)])
            let patch = #"[{"op":"replace","path":"/spec/ports/0/port","value":8080}]"#
            try await project.kubectl(["patch", "service", "web", "--type=json", "-p", patch])
            let report = try await project.sync([service("web", port: 80)]).report
            #expect(report.outcome("web")?.action == .configured, "\(report.outcome("web")?.error ?? "")")
            let ports = try await project.live("Service", "web")?.spec?["ports"]?.array ?? []
            #expect(ports.compactMap { $0["port"]?.int } == [80])
            #expect(try await project.sync([service("web", port: 80)]).plan.isEmpty)
        }
    }

    @Test func `what left git and stays is told with who keeps it, and not as removed or taken`() async throws {
        try await ProjectUnderTest.run { project in
            try await withTemporaryFolder { folder in
                try await project.sync([configMap("a", #"{"k":"v","b":"2"}"#)])
                let file = folder.appending(path: "a.json")
                try Array(configMap("a", #"{"b":"2"}"#).utf8).write(to: file)
                try await project.kubectl(["apply", "--server-side", "--field-manager=otherteam", "-f", file.path])
                let outcome = try #require(try await project.sync([configMap("a")]).report.outcome("a"))
                #expect(outcome.changes.map(\.path) == [])
                #expect(outcome.warnings.contains { $0.contains(".data.b (otherteam has it, too)") })
                #expect(try await project.live("ConfigMap", "a")?.json["data"]?["b"] == "2")
                #expect(try await project.sync([configMap("a")]).plan.isEmpty)
                let headless = service("h", port: 80).replacing(#""selector""#, with: #""clusterIP":"None","selector""#)
                try await project.sync([configMap("a"), headless])
                let kept = try #require(
                    try await project.sync([configMap("a"), service("h", port: 80)]).report.outcome("h")
                )
                #expect(kept.changes.map(\.path) == [])
                #expect(kept.warnings.contains { $0.contains(".spec.clusterIP (the API server keeps it)") })
            }
        }
    }

    @Test func `a restart by kubectl rollout restart stays`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([deployment("web")])
            try await project.kubectl(["rollout", "restart", "deployment", "web"])
            let changed = deployment("web").replacing(#""replicas":0"#, with: #""replicas":0,"minReadySeconds":1"#)
            #expect(try await project.sync([changed]).report.outcome("web")?.action == .configured)
            let template = try await project.live("Deployment", "web", group: "apps")?.spec?["template"]
            #expect(template?["metadata"]?["annotations"]?["kubectl.kubernetes.io/restartedAt"] != nil)
        }
    }

    @Test func `an immutable field is reported with its path and nothing is deleted`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([deployment("web")])
            let uid = try await project.live("Deployment", "web", group: "apps")?.uid
            let outcome = try #require(try await project.sync([deployment("web", app: "other")]).report.outcome("web"))
            #expect(outcome.action == .failed)
            #expect(outcome.error?.contains("spec.selector") == true, "\(outcome.error ?? "")")
            #expect(outcome.error?.contains("sternpost.dev/force: enabled") == true)
            #expect(try await project.live("Deployment", "web", group: "apps")?.uid == uid)
        }
    }

    /// Where an immutable object comes from that no sync has applied, and why it leaves the inventory in the end.
    enum Stranger: CaseIterable {
        case created, createdWithOurLabel, replacedWithOurLabel

        var reasonToLeave: String {
            switch self {
            case .created: "it is there without this project's label, and nothing proves that a sync applied it"
            case .createdWithOurLabel: "it was not created by this project"
            case .replacedWithOurLabel: "it was deleted and created again by someone else"
            }
        }
    }

    @Test(arguments: Stranger.allCases)
    func `an immutable object that no sync has applied is never deleted to be made anew`(_ stranger: Stranger)
        async throws
    {
        try await ProjectUnderTest.run { project in
            func configMap(_ value: String, _ metadata: String = "") -> String {
                """
                {"apiVersion":"v1","kind":"ConfigMap","immutable":true,"data":{"k":"\(value)"},
                 "metadata":{"name":"fixed"\(metadata)}}
                """
            }
            let forced = configMap("ours", #","annotations":{"sternpost.dev/force":"enabled"}"#)
            if stranger == .replacedWithOurLabel {
                try await project.sync([forced])
                try await project.kubectl(["delete", "configmap", "fixed"])
            }
            let label = #","labels":{"\#(ApplySet.partOfLabel)":"\#(project.applySet.id)"}"#
            try await project.createByHand(configMap("foreign", stranger == .created ? "" : label))
            let uid = try await project.live("ConfigMap", "fixed")?.uid
            for pass in 1...2 {
                let outcome = try #require(try await project.sync([forced]).report.outcome("fixed"))
                #expect(outcome.action == .failed, "pass \(pass)")
                #expect(
                    outcome.error?.contains("nothing proves that a sync applied the live object") == true,
                    "\(outcome.error ?? "")"
                )
            }
            let live = try #require(try await project.live("ConfigMap", "fixed"))
            #expect(live.uid == uid && live.json["data"] == ["k": "foreign"])
            // It leaves the inventory for what is true of it.
            let released = try await project.sync([]).plan.prune.released
            #expect(released.map(\.reason) == [stranger.reasonToLeave])
        }
    }

    @Test func `an immutable Secret that asks for it is made anew`() async throws {
        try await ProjectUnderTest.run { project in
            func secret(_ value: String) -> String {
                """
                {"apiVersion":"v1","kind":"Secret","immutable":true,"stringData":{"password":"\(value)"},
                 "metadata":{"name":"s","annotations":{"sternpost.dev/force":"enabled"}}}
                """
            }
            try await project.sync([secret("first-value")])
            let uid = try await project.live("Secret", "s")?.uid
            let report = try await project.sync([secret("second-value")]).report
            let outcome = try #require(report.outcome("s"))
            #expect(outcome.action == .configured, "\(outcome.error ?? "")")
            let live = try #require(try await project.live("Secret", "s"))
            #expect(live.uid != uid)
            #expect(live.json["data"]?["password"] == .string(Base64.text(of: Array("second-value".utf8))))
            #expect(report.inventory.members[project.id("Secret", "s")]?.uid == live.uid)
            let verbs = project.journal.rows.map(\.intent.verb)
            #expect(verbs.contains(.recreate))
            #expect(project.journal.rows.allSatisfy { $0.result == .done })
        }
    }

    // Limit ranges and quotas are a real API server's.
    @Test(.enabled(if: ClusterUnderTest.isReal))
    func `a refusal of the new object comes before the deletion of the old one`() async throws {
        try await ProjectUnderTest.run { project in
            func pod(memory: String) -> String {
                """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","annotations":{"sternpost.dev/force":"enabled"}},
                 "spec":{"containers":[{"name":"c","image":"i:1","resources":{"limits":{"memory":"\(memory)"},
                 "requests":{"memory":"\(memory)"}}}]}}
                """
            }
            let account = serviceAccount("default")
            try await project.sync([account])
            try await project.sync([account, pod(memory: "10Mi")])
            let old = try #require(try await project.live("Pod", "p"))
            // Limits bind new Pods only: the old one may come back, the new one may not come.
            try await withTemporaryFolder { folder in
                let file = folder.appending(path: "limits.json")
                let limits = """
                    {"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"small"},
                     "spec":{"limits":[{"type":"Container","max":{"memory":"20Mi"}}]}}
                    """
                try Array(limits.utf8).write(to: file)
                try await project.kubectl(["create", "-f", file.path])
            }
            let outcome = try #require(try await project.sync([account, pod(memory: "50Mi")]).report.outcome("p"))
            #expect(outcome.action == .failed)
            #expect(outcome.error?.contains("nothing was deleted") == true, "\(outcome.error ?? "")")
            #expect(try await project.live("Pod", "p")?.uid == old.uid)
        }
    }

    @Test(.enabled(if: ClusterUnderTest.isReal))
    func `an old Service is put back when the new one cannot be created`() async throws {
        try await ProjectUnderTest.run { project in
            func service(_ address: String) -> String {
                """
                {"apiVersion":"v1","kind":"Service","metadata":{"name":"s","annotations":
                 {"sternpost.dev/force":"enabled"}},"spec":{"selector":{"app":"a"},"ports":[{"port":80}]\(address)}}
                """
            }
            try await project.sync([service("")])
            let old = try #require(try await project.live("Service", "s"))
            // No address of the cluster's: the server refuses it, but only once the old object is gone.
            let report = try await project.sync([service(#","clusterIP":"192.0.2.1""#)]).report
            let outcome = try #require(report.outcome("s"))
            #expect(outcome.action == .failed)
            #expect(outcome.error?.contains("the old object was put back") == true, "\(outcome.error ?? "")")
            let back = try #require(try await project.live("Service", "s"))
            #expect(back.uid != old.uid)
            #expect(back.spec?["ports"] == old.spec?["ports"])
        }
    }

    @Test(.enabled(if: ClusterUnderTest.isReal))
    func `a quota that forbids the new object keeps the old one until it allows it`() async throws {
        try await ProjectUnderTest.run { project in
            func job(_ command: String) -> String {
                """
                {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j","annotations":
                 {"sternpost.dev/force":"enabled"}},"spec":{"suspend":true,"template":{
                 "spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1","command":["\(command)"]}]}}}}
                """
            }
            try await project.sync([job("one")])
            try await project.kubectl(["create", "quota", "none", "--hard=count/jobs.batch=0"])
            let outcome = try #require(try await project.sync([job("two")]).report.outcome("j"))
            #expect(outcome.action == .failed)
            #expect(outcome.error?.contains("nothing was deleted") == true, "\(outcome.error ?? "")")
            #expect(try await project.live("Job", "j", group: "batch") != nil)
            try await project.kubectl(["delete", "quota", "none"])
            let next = try #require(try await project.sync([job("two")]).report.outcome("j"))
            #expect(next.action == .configured, "\(next.error ?? "")")
        }
    }

    @Test func `a volume claim is never made anew`() async throws {
        try await ProjectUnderTest.run { project in
            func claim(_ mode: String) -> String {
                """
                {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data","annotations":
                 {"sternpost.dev/force":"enabled"}},"spec":{"accessModes":["\(mode)"],"storageClassName":"none",
                 "resources":{"requests":{"storage":"1Gi"}}}}
                """
            }
            try await project.sync([claim("ReadWriteOnce")])
            let uid = try await project.live("PersistentVolumeClaim", "data")?.uid
            let outcome = try #require(try await project.sync([claim("ReadWriteMany")]).report.outcome("data"))
            #expect(outcome.action == .failed)
            #expect(outcome.error?.contains("never deleted to be created again") == true, "\(outcome.error ?? "")")
            #expect(try await project.live("PersistentVolumeClaim", "data")?.uid == uid)
        }
    }
}

extension [UInt8] {
    /// Writes the bytes into a file.
    func write(to url: URL) throws { try Data(self).write(to: url) }
}
