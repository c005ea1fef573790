// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncPlan
import Testing

@testable import SyncImages

/// What is read off a live workload.
struct FollowedWorkloadTests {
    private static let (first, second) = (ImageFixture.first, ImageFixture.second)
    private let policy = ImagePolicy()

    @Test(arguments: ["Deployment", "StatefulSet", "DaemonSet", "CronJob"])
    func `init containers come first, and images that do not move are left out`(kind: String) throws {
        let object = try ImageFixture.object(
            ["web=nginx", "*init=busybox:latest", "db=mysql:8", "bad=UPPER/Case:latest", "side=ghcr.io/a/b:latest"],
            kind: kind,
            recorded: ["web": Self.first]
        )
        let workload = try #require(FollowedWorkload(object, policy: policy))
        #expect(workload.containers.map(\.name) == ["init", "web", "side"])
        #expect(workload.containers.map(\.isInit) == [true, false, false])
        #expect(workload.containers.map(\.image) == ["busybox:latest", "nginx", "ghcr.io/a/b:latest"])
        #expect(workload.containers.map(\.recorded) == [nil, Self.first, nil])
        #expect(workload.containers.allSatisfy { $0.pin == nil })
        #expect(workload.unnamed.map(\.container) == ["bad"])
    }

    @Test(
        arguments: [
            ("Team/E:latest", "no capital letters"), ("//h:latest", "made of a-z"), ("k:", "a tag has"),
            ("team/E:latest", "no capital letters"), ("nginx@sha256:12", "a digest is"), ("ng inx", "made of a-z"),
        ]
    )
    func `an image whose name cannot be read is no silence but a row that says why`(image: String, words: String) throws
    {
        let object = try ImageFixture.object(["web=\(image)"])
        let workload = try #require(FollowedWorkload(object, policy: policy))
        #expect(workload.containers.isEmpty)
        let verdict = RolloutPlanner(policy: policy, now: Date(timeIntervalSince1970: 0))
            .verdict(on: workload, RolloutPlanner.Knowledge())
        #expect(verdict.action == nil && verdict.containers.isEmpty)
        let row = ImageRow(project: "shop", workload: workload, try #require(workload.unnamed.first), by: .shared)
        #expect(row.state == .unreadable && row.container == "web" && row.image == image)
        #expect(row.detail.text.contains(words) && row.detail.text.hasSuffix("correct it in git"), "\(row.detail)")
        let off = try ImageFixture.object(["web=\(image)"]) {
            $0[["metadata", "annotations", "sternpost.dev/roll-latest"]] = "false"
        }
        #expect(FollowedWorkload(off, policy: policy) == nil)
    }

    @Test(
        arguments: [
            ("Team/E:v1.2.3", false), ("Team/E:latest", true), ("Team/E", true), ("host:5000/Team/E", true),
            ("host:5000/Team/E:v1", false), ("Team/E@sha256:\(String(repeating: "a", count: 64))", false),
            ("Team/E@sha256:12", true), ("Team/E:", true),
        ]
    )
    func `an image that would not be followed with a name either has no row`(image: String, isTold: Bool) throws {
        let object = try ImageFixture.object(["web=\(image)"])
        #expect((FollowedWorkload(object, policy: policy) != nil) == isTold)
    }

    @Test(
        arguments: [
            ("nginx", nil, "Always"), ("nginx:latest", nil, "Always"), ("nginx:edge", nil, "IfNotPresent"),
            ("nginx:latest", "IfNotPresent", "IfNotPresent"), ("nginx:edge", "Always", "Always"),
            ("nginx:latest", "Never", "Never"), ("nginx:latest", "always", "Always"),
            ("nginx:edge", "", "IfNotPresent"),
        ] as [(String, String?, String)]
    )
    func `R15: without a pull policy, kubelet's rule holds`(image: String, written: String?, policy: String) throws {
        var all = self.policy
        all.tags = [try #require(TagPattern("*"))]
        let object = try ImageFixture.object { json in
            var container: JSON = ["name": "web", "image": .string(image)]
            container["imagePullPolicy"] = written.map { .string($0) }
            json[["spec", "template", "spec", "containers"]] = [container]
        }
        let container = try #require(FollowedWorkload(object, policy: all)?.containers.first)
        #expect(container.pullPolicy.rawValue == policy)
    }

    @Test func `a pinned container is still the image of git`() throws {
        let workload = try #require(try Question.pinned().workload)
        let container = try #require(workload.containers.first)
        #expect(container.image == "nginx:latest" && container.pin == Self.first)
        #expect(container.reference == (try ImageReference("nginx:latest")))
    }

    @Test(
        arguments: [
            ("Deployment", #"{"paused":true}"#, "it is paused"), ("Deployment", #"{"paused":false}"#, nil),
            ("Deployment", #"{"paused":"true"}"#, nil),
            ("StatefulSet", #"{"updateStrategy":{"type":"OnDelete"}}"#, "OnDelete"),
            ("DaemonSet", #"{"updateStrategy":{"type":"OnDelete"}}"#, "OnDelete"),
            ("DaemonSet", #"{"updateStrategy":{"type":"RollingUpdate"}}"#, nil), ("Deployment", "{}", nil),
        ] as [(String, String, String?)]
    )
    func `what keeps a restart from starting pods is told`(kind: String, spec: String, obstacle: String?) throws {
        let object = try ImageFixture.object(kind: kind) { json in
            for member in (try? JSONParser.parse(spec))?.object ?? JSONObject() {
                json[["spec", member.key]] = member.value
            }
        }
        let workload = try #require(FollowedWorkload(object, policy: policy))
        #expect((workload.obstacle != nil) == (obstacle != nil))
        if let obstacle { #expect(workload.obstacle?.contains(obstacle) == true) }
    }

    @Test func `other kinds, and workloads that are being deleted, are not followed`() throws {
        let gone = try ImageFixture.object { $0[["metadata", "deletionTimestamp"]] = "2027-01-01T00:00:00Z" }
        #expect(FollowedWorkload(gone, policy: policy) == nil)
        for kind in ["ReplicaSet", "Pod", "Job"] {
            #expect(FollowedWorkload(try ImageFixture.object(kind: kind), policy: policy) == nil)
        }
        let foreign = try ImageFixture.object { $0["apiVersion"] = "apps.example.com/v1" }
        #expect(FollowedWorkload(foreign, policy: policy) == nil)
    }

    @Test func `a rollout under way is followed to its end, also when nobody follows the image any more`() throws {
        var question = try Question.rolling(nil)
        question.edit = { $0[["metadata", "annotations", "sternpost.dev/roll-latest"]] = "false" }
        #expect(try question.workload?.containers.isEmpty == true)
        question.state.phase = nil
        #expect(try question.workload == nil)
    }

    @Test(arguments: ["{}", "[]", "null", "7", #"{"spec":7}"#, #"{"spec":{"containers":{"a":1}}}"#])
    func `a template of any shape is read`(template: String) throws {
        let json = try JSONParser.parse(template)
        let object = try ImageFixture.object { $0[["spec", "template"]] = json }
        #expect(FollowedWorkload(object, policy: policy) == nil)
    }

    @Test(arguments: [("Deployment", 4), ("StatefulSet", 4), ("DaemonSet", nil), ("CronJob", nil)] as [(String, Int?)])
    func `only some kinds say how many pods they want`(kind: String, replicas: Int?) throws {
        let object = try ImageFixture.object(kind: kind) { $0[["spec", "replicas"]] = 4 }
        #expect(try #require(FollowedWorkload(object, policy: policy)).replicas == replicas)
    }
}
