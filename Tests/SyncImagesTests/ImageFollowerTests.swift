// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import Logging
import OCIRegistry
import SyncLook
import SyncPlan
import SyncRecord
import Synchronization
import TestKit
import Testing

@testable import SyncImages

/// Whole looks of a project's follower, against an API server of a few lines.
@Suite(.timeLimit(.minutes(2))) struct ImageFollowerTests {
    /// Lists workloads and pods, and takes patches.
    private final class FakeCluster: Sendable {
        private struct State {
            var workloads: [String: JSON] = [:]
            var pods: [JSON] = []
            var arePodsForbidden = false
            var patches: [String] = []
            var lists = 0
            var podsHook: (@Sendable () -> Void)?
        }
        private let state = Mutex(State())

        func add(_ plural: String, _ object: KubeObject) {
            state.withLock { $0.workloads["\(plural)/\(object.name)"] = object.json }
        }
        func add(pod: JSON) { state.withLock { $0.pods.append(pod) } }
        func forbidPods() { state.withLock { $0.arePodsForbidden = true } }
        /// Does this, once, before pods are listed.
        func whenPodsAreListed(_ hook: @escaping @Sendable () -> Void) { state.withLock { $0.podsHook = hook } }
        func workload(_ key: String) -> JSON? { state.withLock { $0.workloads[key] } }
        /// `deployments/web`, one for each patch.
        var patches: [String] { state.withLock { $0.patches } }
        /// How often all workloads of a kind were listed, or all pods.
        var lists: Int { state.withLock { $0.lists } }

        func answer(_ request: StubHTTPServer.Request) -> [StubHTTPServer.Step] {
            let parts = request.path.split(separator: "/").map(String.init)
            if request.method == "POST" { return [.reply(201, request.text)] }
            if request.method == "PATCH" {
                let key = parts.suffix(2).joined(separator: "/")
                return state.withLock { state in
                    guard let old = state.workloads[key], let patch = try? JSONParser.parse(request.text) else {
                        return [.reply(404, Self.status(404, "NotFound"))]
                    }
                    state.patches.append(key)
                    let new = RolloutSimulation.merged(old, patch)
                    state.workloads[key] = new
                    return [.reply(200, new.text)]
                }
            }
            if parts.contains("secrets") { return [.reply(404, Self.status(404, "NotFound", of: parts.last))] }
            if parts.contains("serviceaccounts") {
                let account: JSON = [
                    "apiVersion": "v1", "kind": "ServiceAccount",
                    "metadata": ["name": "default", "namespace": "shop", "resourceVersion": "1"],
                ]
                return [.reply(200, account.text)]
            }
            let plural = parts.last ?? ""
            if plural == "pods" {
                let hook = state.withLock { state in
                    defer { state.podsHook = nil }
                    return state.podsHook
                }
                hook?()
            }
            return state.withLock { state in
                state.lists += 1
                if plural == "pods", state.arePodsForbidden { return [.reply(403, Self.status(403, "Forbidden"))] }
                let items = state.workloads.filter { $0.key.hasPrefix("\(plural)/") }.map(\.value)
                let list: JSON = [
                    "apiVersion": .string(plural == "cronjobs" ? "batch/v1" : plural == "pods" ? "v1" : "apps/v1"),
                    "kind": .string(Self.kinds[plural] ?? "List"), "metadata": ["resourceVersion": "10"],
                    "items": .array(plural == "pods" ? state.pods : items),
                ]
                return [.reply(200, list.text)]
            }
        }

        private static let kinds = [
            "deployments": "DeploymentList", "statefulsets": "StatefulSetList", "daemonsets": "DaemonSetList",
            "cronjobs": "CronJobList", "pods": "PodList",
        ]

        private static func status(_ code: Int64, _ reason: String, of name: String? = nil) -> String {
            var json: JSON = [
                "apiVersion": "v1", "kind": "Status", "metadata": .object(JSONObject()), "status": "Failure",
                "reason": .string(reason), "message": .string(reason), "code": .int(code),
            ]
            if let name { json["details"] = ["kind": "secrets", "name": .string(name)] }
            return json.text
        }
    }

    /// What the tags point to: all to one digest, but for images that were moved by themselves.
    private final class Tag: Sendable {
        private struct State {
            var all: ImageDigest
            var moved: [ImageReference: ImageDigest] = [:]
            var polls: [ImageReference: Int] = [:]
        }
        private let state: Mutex<State>
        init(_ digest: ImageDigest) { state = Mutex(State(all: digest)) }
        func poll(_ image: ImageReference) -> ImageDigest {
            state.withLock { state in
                state.polls[image, default: 0] += 1
                return state.moved[image] ?? state.all
            }
        }
        func polls(of image: ImageReference) -> Int { state.withLock { $0.polls[image] ?? 0 } }
        func move(to digest: ImageDigest) { state.withLock { $0.all = digest } }
        func move(_ image: ImageReference, to digest: ImageDigest) { state.withLock { $0.moved[image] = digest } }
    }

    private static let project = FollowedProject(
        name: "posts",
        applySet: ApplySet(project: "posts", namespace: "sternpost"),
        policy: ImagePolicy(),
        deadline: .seconds(300)
    )

    private func owned(_ json: inout JSON) {
        json[["metadata", "labels", ApplySet.partOfLabel]] = .string(Self.project.applySet.id)
    }

    private static func pod(_ digest: ImageDigest, _ containers: [String] = ["web"]) -> JSON {
        [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": "web-abc-1", "namespace": "shop", "uid": "uid-pod", "labels": ["pod-template-hash": "abc"],
                "ownerReferences": [["kind": "ReplicaSet", "name": "web-abc", "uid": "x", "controller": true]],
            ],
            "status": [
                "phase": "Running",
                "containerStatuses": .array(
                    containers.map { ["name": .string($0), "imageID": .string("docker.io/library/nginx@\(digest)")] }
                ),
            ],
        ]
    }

    /// Follows a cluster; the registry says what `tag` holds. `showing` gets the board at the end.
    private func withFollower(
        _ cluster: FakeCluster,
        tag: Tag,
        showing: (ImageBoard) -> Void = { _ in },
        changes: ImageFollower.ChangeWatching? = nil,
        disk: FillableDisk? = nil,
        recorded: (History) async throws -> Void = { _ in },
        _ body: (ImageFollower, TagPoller) async throws -> Void
    ) async throws {
        let server = try StubHTTPServer { cluster.answer($0) }
        defer { server.stop() }
        let kubeconfig: JSON = [
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [["name": "c", "context": ["cluster": "k", "user": "u"]]],
            "clusters": [["name": "k", "cluster": ["server": .string(server.url)]]],
            "users": [["name": "u", "user": .object(JSONObject())]],
        ]
        let client = KubeClient(
            configuration: try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil),
            wire: HTTPWire(),
            options: KubeClientOptions(requestDeadline: .seconds(10), firstRetryDelay: .milliseconds(2))
        )
        let poller = TagPoller { image, _, _ in
            let digest = tag.poll(image)
            return .success(
                TagReading(image: image, digest: digest, digests: [digest], platformDigests: [digest], mediaType: "m")
            )
        }
        try await withTemporaryFolder { folder in
            let history = try await History.open(
                folder: folder.path,
                mode: .operate,
                beforeCommit: { _ in try disk?.check() }
            )
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let board = ImageBoard(folder: folder.path, logger: logger)
            let follower = ImageFollower(
                project: Self.project,
                client: client,
                poller: poller,
                history: history,
                board: board,
                logger: logger,
                orders: { .given([:]) },
                changes: changes
            )
            let polling = Task { await poller.run() }
            defer { polling.cancel() }
            try await body(follower, poller)
            showing(board)
            try await recorded(history)
            try await history.close()
        }
    }

    /// Looks, polls, and looks again.
    private func see(_ digest: ImageDigest, _ follower: ImageFollower, _ poller: TagPoller) async throws {
        _ = await follower.look()
        try await poll("nginx:latest", until: digest, poller)
        _ = await follower.look()
    }

    private func poll(_ image: String, until digest: ImageDigest, _ poller: TagPoller) async throws {
        await poller.pollNow()
        let subject = TagPoller.Subject(image: try ImageReference(image), keyring: RegistryKeyring(merging: []))
        try await eventually("the poll") { await poller.sighting(of: subject)?.known?.digest == digest }
    }

    @Test func `pods that cannot be read now start nothing, although they were read before`() async throws {
        let cluster = FakeCluster()
        cluster.add("deployments", try ImageFixture.object(edit: owned))
        cluster.add(pod: Self.pod(ImageFixture.first))
        let tag = Tag(ImageFixture.first)
        try await withFollower(cluster, tag: tag) { follower, poller in
            try await see(ImageFixture.first, follower, poller)
            cluster.forbidPods()
            tag.move(to: ImageFixture.second)
            try await see(ImageFixture.second, follower, poller)
            #expect(cluster.patches.isEmpty)
        }
    }

    @Test func `an image whose name cannot be read is on the board with its reason, beside those that are followed`()
        async throws
    {
        let cluster = FakeCluster()
        cluster.add("deployments", try ImageFixture.object(["web=nginx:latest", "bad=Team/E:latest"], edit: owned))
        cluster.add(pod: Self.pod(ImageFixture.first))
        let showing: (ImageBoard) -> Void = { board in
            let rows = board.all[Self.project.name]?.rows ?? []
            #expect(rows.map(\.container) == ["web", "bad"])
            let row = rows.last
            #expect(row?.state == .unreadable && row?.image == "Team/E:latest")
            #expect(row?.detail.text.contains("no capital letters") == true, "\(row?.detail ?? "")")
        }
        try await withFollower(cluster, tag: Tag(ImageFixture.first), showing: showing) { follower, poller in
            try await see(ImageFixture.first, follower, poller)
        }
    }

    @Test func `a tag that has moved is rolled out, and noted in the history`() async throws {
        let cluster = FakeCluster()
        cluster.add("deployments", try ImageFixture.object(edit: owned))
        cluster.add(pod: Self.pod(ImageFixture.first))
        try await withFollower(cluster, tag: Tag(ImageFixture.second)) { follower, poller in
            // No poll has seen what the pod runs, so the tag is asked twice.
            try await see(ImageFixture.second, follower, poller)
            try await eventually("a patch") {
                _ = await follower.look()
                return !cluster.patches.isEmpty
            }
            #expect(cluster.patches == ["deployments/web"])
        }
    }

    @Test func `P3: an end that found no room is written by the next look, also one that cannot read the cluster`()
        async throws
    {
        let cluster = FakeCluster()
        cluster.forbidPods()
        let disk = FillableDisk(refusal: RecordError(.diskFull, "history", "the disk took no more, says the test"))
        let id = try ImageFixture.object(edit: owned).id
        let recorded: (History) async throws -> Void = { history in
            let detail = try #require(try await history.detail(1))
            #expect(detail.run.outcome == .succeeded && detail.objects.map(\.id) == [id])
        }
        try await withFollower(cluster, tag: Tag(ImageFixture.first), disk: disk, recorded: recorded) { follower, _ in
            _ = try await follower.runs.run(for: id)
            disk.fill(true)
            await #expect {
                try await follower.runs.ended(id, apiVersion: "apps/v1", [], story: "web ended", error: nil)
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            disk.fill(false)
            _ = await follower.look()
        }
    }

    @Test func `a running follower looks as soon as a poll has news, long before its interval`() async throws {
        let cluster = FakeCluster()
        cluster.add("deployments", try ImageFixture.object(edit: owned))
        cluster.add(pod: Self.pod(ImageFixture.first))
        try await withFollower(cluster, tag: Tag(ImageFixture.second)) { follower, _ in
            let following = Task { await follower.run() }
            defer { following.cancel() }
            // No poll has seen what the pod runs, so the tag is asked twice; each answer wakes the follower.
            try await eventually("a patch") { !cluster.patches.isEmpty }
            following.cancel()
            await following.value
            #expect(cluster.patches == ["deployments/web"])
        }
    }

    @Test func `a workload that a watch shows is looked at before the interval is over`() async throws {
        let cluster = FakeCluster()
        let (changes, change) = AsyncStream<Void>.makeStream()
        try await withFollower(cluster, tag: Tag(ImageFixture.second), changes: { changes }) { follower, poller in
            let following = Task { await follower.run() }
            defer { following.cancel() }
            let image = try ImageReference("nginx:latest")
            let subject = TagPoller.Subject(image: image, keyring: .anonymous)
            try await eventually("the first look") { cluster.lists > 0 }
            cluster.add("deployments", try ImageFixture.object(edit: owned))
            change.yield()
            // A change costs a look ten seconds after the last one at the earliest; the interval is a minute.
            try await eventually("a poll", within: .seconds(50)) { await poller.sighting(of: subject) != nil }
            following.cancel()
            await following.value
        }
    }

    @Test func `an image that moves while the pods are read is part of the same restart`() async throws {
        let cluster = FakeCluster()
        cluster.add("deployments", try ImageFixture.object(["web=nginx:latest", "helper=helper:latest"], edit: owned))
        cluster.add(pod: Self.pod(ImageFixture.first, ["web", "helper"]))
        let tag = Tag(ImageFixture.first)
        let helper = try ImageReference("helper:latest")
        try await withFollower(cluster, tag: tag) { follower, poller in
            _ = await follower.look()
            try await poll("helper:latest", until: ImageFixture.first, poller)
            try await see(ImageFixture.first, follower, poller)
            tag.move(try ImageReference("nginx:latest"), to: ImageFixture.second)
            try await poll("nginx:latest", until: ImageFixture.second, poller)
            // The other image was asked after the first had moved, so that only the second poll brings news of it.
            let before = tag.polls(of: helper)
            await poller.pollNow()
            try await eventually("one more poll") { tag.polls(of: helper) > before }
            let isListing = Gate()
            let hasMoved = Gate()
            cluster.whenPodsAreListed {
                isListing.open()
                hasMoved.pass()
            }
            async let look = follower.look()
            try await eventually("the pods are listed") { isListing.isOpen }
            tag.move(helper, to: ImageFixture.second)
            try await poll("helper:latest", until: ImageFixture.second, poller)
            hasMoved.open()
            _ = await look
            try await eventually("a patch") {
                _ = await follower.look()
                return !cluster.patches.isEmpty
            }
            let annotations = cluster.workload("deployments/web")?[["spec", "template", "metadata", "annotations"]]
            for name in ["web", "helper"] {
                #expect(annotations?[RolloutState.digestPrefix + name]?.string == "\(ImageFixture.second)")
            }
            #expect(cluster.patches == ["deployments/web"])
        }
    }

    @Test func `CronJobs that wait for their next run take nobody's turn`() async throws {
        let cluster = FakeCluster()
        for number in 0..<Self.project.policy.maxConcurrent {
            let state = ImageFixture.state(
                ["web": ImageFixture.memory(good: ImageFixture.first, trying: ImageFixture.second)],
                phase: .rolling
            )
            let job = try ImageFixture.object(kind: "CronJob", state: state) { json in
                owned(&json)
                json[["metadata", "name"]] = .string("job-\(number)")
                json[["metadata", "uid"]] = .string("uid-job-\(number)")
            }
            cluster.add("cronjobs", job)
        }
        cluster.add("deployments", try ImageFixture.object(edit: owned))
        cluster.add(pod: Self.pod(ImageFixture.first))
        try await withFollower(cluster, tag: Tag(ImageFixture.second)) { follower, poller in
            // No poll has seen what the pod runs, so the tag is asked twice.
            try await see(ImageFixture.second, follower, poller)
            try await eventually("a patch") {
                _ = await follower.look()
                return !cluster.patches.isEmpty
            }
            #expect(cluster.patches == ["deployments/web"])
        }
    }
}
