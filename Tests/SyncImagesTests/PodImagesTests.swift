// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry
import SyncObserve
import SyncPlan
import Testing

@testable import SyncImages

/// What pods say of the images they run, and whose pods they are.
struct PodImagesTests {
    private static let digest = ImageFixture.first
    private static let hex = "\(digest)"

    @Test(arguments: [
        ("docker.io/library/nginx@\(hex)", true, false), ("docker-pullable://nginx@\(hex)", true, false),
        ("containerd://docker.io/library/nginx@\(hex)", true, false), ("docker://\(hex)", false, true),
        (hex, false, true), ("", false, false), ("nginx:latest", false, false), ("@\(hex)", false, false),
        ("nginx@sha256:abc", false, false), ("127.0.0.1:5000/a/b@\(hex)", true, false), ("docker://", false, false),
        (String(repeating: "a", count: 2000) + "@\(hex)", false, false), ("sha256:ABC", false, false),
    ])
    func `R4: a digest of a manifest and one of a configuration are told apart`(
        imageID: String,
        isManifest: Bool,
        isConfig: Bool
    ) throws {
        let pod = try ImageFixture.pod { json in
            json[["status", "containerStatuses"]] = [["name": "web", "imageID": .string(imageID)]]
        }
        #expect(pod.digests["web"] == (isManifest ? Self.digest : nil))
        #expect(pod.configs["web"] == (isConfig ? Self.digest : nil))
    }

    @Test func `init containers count, and what a rollout has brought is read off the pod`() throws {
        let pod = try ImageFixture.pod(rolled: ["init": ImageFixture.second]) { json in
            json[["status", "initContainerStatuses"]] = [["name": "init", "imageID": "a/b@\(Self.digest)"]]
            json[["metadata", "annotations", "other.example.com/init"]] = "x"
        }
        #expect(pod.digests["init"] == Self.digest)
        #expect(pod.rolled == ["init": "\(ImageFixture.second)"])
    }

    /// A workload's kind and name, the pod's controller and hash, and whether they belong together.
    struct Row: Sendable {
        let kind: String
        let name: String
        let owner: (kind: String, name: String, uid: String)
        var hash: String? = "abc"
        let isOurs: Bool
    }

    @Test(arguments: [
        Row(kind: "Deployment", name: "web", owner: ("ReplicaSet", "web-abc", "x"), isOurs: true),
        Row(kind: "Deployment", name: "web", owner: ("ReplicaSet", "web-2-abc", "x"), isOurs: false),
        Row(kind: "Deployment", name: "web-2", owner: ("ReplicaSet", "web-2-abc", "x"), isOurs: true),
        Row(kind: "Deployment", name: "web", owner: ("ReplicaSet", "web-abd", "x"), isOurs: false),
        Row(kind: "Deployment", name: "web", owner: ("ReplicaSet", "web-abc", "x"), hash: nil, isOurs: false),
        Row(kind: "Deployment", name: "web", owner: ("StatefulSet", "web-abc", "uid-web"), isOurs: false),
        Row(kind: "StatefulSet", name: "web", owner: ("StatefulSet", "web", "uid-web"), isOurs: true),
        Row(kind: "StatefulSet", name: "web", owner: ("StatefulSet", "web", "uid-old"), isOurs: false),
        Row(kind: "DaemonSet", name: "web", owner: ("DaemonSet", "web", "uid-web"), isOurs: true),
        Row(kind: "CronJob", name: "web", owner: ("Job", "web-29312345", "x"), isOurs: true),
        Row(kind: "CronJob", name: "web", owner: ("Job", "web-2-29312345", "x"), isOurs: false),
        Row(kind: "CronJob", name: "web-2", owner: ("Job", "web-2-29312345", "x"), isOurs: true),
        Row(kind: "CronJob", name: "web", owner: ("Job", "web-manual", "x"), isOurs: false),
        Row(kind: "CronJob", name: "web", owner: ("Job", "web-٢٩٣", "x"), isOurs: false),
        Row(kind: "CronJob", name: "web", owner: ("ReplicaSet", "web-29312345", "x"), isOurs: false),
    ])
    func `a pod belongs to the workload that made it, by the names that controllers give`(_ row: Row) throws {
        let pod = try ImageFixture.pod { json in
            json[["metadata", "labels", "pod-template-hash"]] = row.hash.map { .string($0) }
            json[["metadata", "ownerReferences"]] = [
                ["kind": "Node", "name": "web-abc", "uid": "uid-web"],
                [
                    "kind": .string(row.owner.kind), "name": .string(row.owner.name), "uid": .string(row.owner.uid),
                    "controller": true,
                ],
            ]
        }
        let workload = try ImageFixture.object(kind: row.kind) { $0[["metadata", "name"]] = .string(row.name) }
        #expect(pod.belongs(to: workload) == row.isOurs)
    }

    @Test func `a pod without a controller belongs to nobody`() throws {
        let pod = try ImageFixture.pod { $0[["metadata", "ownerReferences"]] = [["kind": "ReplicaSet"]] }
        for kind in ["Deployment", "StatefulSet", "DaemonSet", "CronJob"] {
            #expect(!pod.belongs(to: try ImageFixture.object(kind: kind)))
        }
    }

    @Test(
        arguments: [
            ("Running", nil, true), ("Pending", nil, true), ("", nil, true), ("Succeeded", nil, false),
            ("Failed", nil, false), ("Running", "2027-01-01T00:00:00Z", false),
        ] as [(String, String?, Bool)]
    )
    func `what has ended or is being deleted is not alive`(phase: String, deleted: String?, isAlive: Bool) throws {
        let pod = try ImageFixture.pod { json in
            json[["status", "phase"]] = .string(phase)
            json[["metadata", "deletionTimestamp"]] = deleted.map { .string($0) }
        }
        #expect(pod.isAlive == isAlive)
    }

    @Test(arguments: [
        (#"{"waiting":{"reason":"ImagePullBackOff"}}"#, true), (#"{"waiting":{"reason":"ErrImagePull"}}"#, true),
        (#"{"waiting":{"reason":"CrashLoopBackOff"}}"#, true), (#"{"waiting":{"reason":"InvalidImageName"}}"#, true),
        (#"{"waiting":{"reason":"ContainerCreating"}}"#, false),
        (#"{"waiting":{"reason":"CreateContainerConfigError"}}"#, false), (#"{"terminated":{"exitCode":1}}"#, true),
        (#"{"terminated":{"exitCode":0}}"#, false), (#"{"running":{}}"#, false), ("{}", false), ("7", false),
    ])
    func `containers whose image is to blame are named`(state: String, isFailing: Bool) throws {
        let json = try JSONParser.parse(state)
        let pod = try ImageFixture.pod { $0[["status", "containerStatuses"]] = [["name": "web", "state": json]] }
        #expect(pod.failing == (isFailing ? ["web"] : []))
    }
}
