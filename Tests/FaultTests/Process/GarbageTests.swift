// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

extension ProcessFaultTests {
    /// Garbage at every outer surface of the real binary: whatever comes in, no process dies of a trap.
    ///
    /// A trap shows as an end by signal; the parsers themselves are fuzzed elsewhere.
    @Suite(.timeLimit(.minutes(5)))
    struct GarbageTests {
        /// The same bytes on every machine.
        private struct Dice: RandomNumberGenerator {
            var state: UInt64
            mutating func next() -> UInt64 {
                state &+= 0x9E37_79B9_7F4A_7C15
                var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
                return mixed ^ (mixed >> 31)
            }
        }

        /// A text with some of its bytes changed, taken out, doubled or moved; or nothing but noise.
        private static func spoilt(_ text: String, _ dice: inout Dice) -> [UInt8] {
            var bytes = Array(text.utf8)
            if Int.random(in: 0..<8, using: &dice) == 0 {
                return (0..<Int.random(in: 0...300, using: &dice)).map { _ in
                    UInt8.random(in: .min ... .max, using: &dice)
                }
            }
            for _ in 0..<Int.random(in: 1...6, using: &dice) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<5, using: &dice) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &dice)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &dice)))
                case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
                case 3:
                    let signs = Array("[]{}:-&*!|>'\"%@`#,\n\t\u{0}9".utf8)
                    bytes.insert(signs[Int.random(in: 0..<signs.count, using: &dice)], at: place)
                default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &dice))
                }
            }
            return bytes
        }

        /// Runs the binary to its end; it must end by itself.
        private func status(_ arguments: [String], in folder: String) async throws -> Int32 {
            let process = try OperatorProcess(
                arguments,
                environment: ["STERNPOST_DATA_DIR": "\(folder)/data", "HOME": folder],
                log: URL(filePath: "\(folder)/log-\(UUID().uuidString)")
            )
            defer { process.stop() }
            let ending = try await process.ending()
            guard case .status(let status) = ending else {
                Issue.record("\(arguments): \(ending): \(process.text.suffix(2000))")
                return -1
            }
            return status
        }

        @Test func `P11: spoilt manifests end a render with 2 and a reason`() async throws {
            try await withTemporaryFolder { url in
                let folder = url.path(percentEncoded: false)
                let infra = url.appending(path: "work/infra")
                try FileManager.default.createDirectory(at: infra, withIntermediateDirectories: true)
                let source = """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: web, labels: &labels {app: web}}
                    spec:
                      replicas: 0x10
                      template: {metadata: {labels: *labels}, spec: {containers: [{name: a, image: "a:1", args: [|-, >2]}]}}
                    --- # next
                    {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Secret", "data": {"a": "Zm9v"}, "metadata": {}}]}

                    """
                var dice = Dice(state: 11)
                for index in 0..<400 {
                    try Data(GarbageTests.spoilt(source, &dice)).write(to: infra.appending(path: "f\(index).yaml"))
                }
                let git = "git init -q -b main . && git add -A && git -c user.name=a -c user.email=a@b commit -q -m a"
                let result = try runProgram("bash", ["-c", "cd '\(folder)/work' && \(git)"], package: "git")
                try #require(result.status == 0)
                #expect(try await status(["render", "--repo", "\(folder)/work"], in: folder) == 2)
            }
        }

        @Test func `P11: spoilt project files and kubeconfigs are refused by name`() async throws {
            try await withTemporaryFolder { url in
                let folder = url.path(percentEncoded: false)
                let projects = url.appending(path: "projects")
                try FileManager.default.createDirectory(at: projects, withIntermediateDirectories: true)
                let project = """
                    apiVersion: sternpost.dev/v1alpha1
                    kind: Project
                    metadata: {name: posts, namespace: sternpost}
                    spec: {repo: "https://git.example.com/a.git", interval: 30s, prune: {maxObjects: 5}, ref: {semver: ">=1 <2"}}

                    """
                let kubeconfig = """
                    apiVersion: v1
                    kind: Config
                    current-context: a
                    clusters: [{name: a, cluster: {server: "https://127.0.0.1:1", certificate-authority-data: Zm9v}}]
                    users: [{name: u, user: {token: t, exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false}}}]
                    contexts: [{name: a, context: {cluster: a, user: u}}]

                    """
                var dice = Dice(state: 12)
                for index in 0..<200 {
                    try Data(GarbageTests.spoilt(project, &dice)).write(to: projects.appending(path: "p\(index).yaml"))
                }
                #expect(
                    try await status(["run", "--config", "\(folder)/projects", "--data-dir", folder], in: folder) == 2
                )
                for index in 0..<20 {
                    let path = "\(folder)/kubeconfig-\(index)"
                    try Data(GarbageTests.spoilt(kubeconfig, &dice)).write(to: URL(filePath: path))
                    let words = ["sync", "--repo", folder, "--kubeconfig", path, "--data-dir", "\(folder)/data"]
                    #expect(try await status(words, in: folder) == 2)
                }
            }
        }

        @Test(arguments: [
            ["--no-such"], ["sync", "--repo"], ["sync", "--repo", ""], ["sync", "--repo", "::::", "--ref", "semver:%"],
            ["diff", "--repo", "ssh://[::1", "--path", "../.."], ["run", "--config", "/dev/zero"],
            ["run", "--config", "/", "--listen", "1.2.3.4:99999999999999999999"], ["show", "99999999999999999999"],
            ["history", "////", "-n", "\u{1}"], ["sync", "--repo", "a", "--timeout", "9e99h"],
            ["sync", "--repo", "a", "--lease-duration", "99999999h"], ["verify", "--anchor", "garbage"],
        ])
        func `P11: odd words on the command line are refused`(words: [String]) async throws {
            try await withTemporaryFolder { url in
                let folder = url.path(percentEncoded: false)
                let status = try await status(words, in: folder)
                #expect([1, 2].contains(status))
            }
        }

        @Test(arguments: [
            JSON.null, [], "text", ["kind": "List"], ["kind": "APIGroupDiscoveryList", "items": [.null, 1, []]],
            ["kind": "Secret", "apiVersion": "v1", "metadata": ["name": 5]],
            ["kind": "Lease", "spec": ["leaseTransitions": .int(.max)]],
            [
                "kind": "ConfigMapList", "apiVersion": "v1", "metadata": ["resourceVersion": "1"],
                "items": [["metadata": 1]],
            ],
        ])
        func `P11: answers of the wrong shape fail a sync and delete nothing`(body: JSON) async throws {
            try await withEmbeddedScene { scene, cluster in
                let bystanders = try await scene.plantBystanders()
                try scene.commit(scene.baseFiles(configMaps: 2))
                #expect(try await scene.sync().outcome == .succeeded)
                try scene.commit(["c0.yaml": nil])
                let rule = cluster.faults.add(FaultRule("GET", "*", .answer(status: 200, body: body)))
                let words = [
                    "sync", "--repo", scene.git.path, "--project", scene.project.name, "-n", scene.project.namespace,
                    "--kubeconfig", try scene.kubeconfigFile(), "--data-dir", "\(scene.folder)/other", "--no-wait",
                ]
                #expect(try await status(words, in: scene.folder) == 2)
                #expect(cluster.faults.hits(rule) > 0)
                cluster.faults.removeAll()
                #expect(try await scene.liveConfigMap("c0") != nil)
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        @Test func `P11: garbage on the git worker's standard input ends it with an error`() async throws {
            try await withTemporaryFolder { url in
                let folder = url.path(percentEncoded: false)
                let binary = try TestProducts.path(of: "sternpost")
                let request =
                    #"{"operation":"fetch","url":"/tmp/x","folder":"/tmp/y","ref":{"branch":"main"},"limits":{"a":-1}}"#
                var dice = Dice(state: 14)
                for index in 0..<40 {
                    let path = "\(folder)/\(index)"
                    try Data(GarbageTests.spoilt(request, &dice)).write(to: URL(filePath: path))
                    let script = "'\(binary)' git-worker < '\(path)' > /dev/null 2>&1; exit $?"
                    let status = try runProgram("bash", ["-c", script], package: "bash").status
                    // 128 and more: a signal.
                    #expect(status < 128)
                }
            }
        }
    }
}
