// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import TestKit
import Testing

/// The operator in half of the memory that `infra/deployment.yaml` gives it, with one project whose commits are made to cost
/// much and two good ones beside it.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct HostileCommitTests {
    /// Half of the limit of `infra/deployment.yaml`.
    private static let memory = 128 << 20
    /// Of the good projects, in seconds.
    private static let interval = 10

    @Test(.enabled(if: MemoryGroup.isPossible, "this machine lets nobody make memory cgroups"))
    func `no commit keeps the projects beside it from syncing, or the operator from living`() async throws {
        let group = try MemoryGroup(bytes: Self.memory)
        defer { group.remove() }
        try await withEmbeddedScene { scene, _ in
            let hostile = try GitFolder(at: URL(filePath: "\(scene.folder)/hostile.git"))
            try hostile.commit(["infra/ns.yaml": scene.namespaceManifest])
            let good = try ["good-1", "good-2"].map { name in
                let git = try GitFolder(at: URL(filePath: "\(scene.folder)/\(name).git"))
                try git.commit(["infra/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(name)}\n"])
                return (name: name, git: git)
            }
            let config = "\(scene.folder)/projects"
            try write(good + [(name: "hostile", git: hostile)], namespace: scene.project.namespace, to: config)
            let process = try OperatorProcess(
                [
                    "run", "--config", config, "--kubeconfig", try scene.kubeconfigFile(), "--data-dir",
                    scene.dataFolder(of: "operator"), "--listen", "127.0.0.1:0",
                ],
                wrapper: group.wrapper,
                log: URL(filePath: "\(scene.folder)/operator.log")
            )
            defer { process.stop() }
            _ = try await process.listeningAddress()
            for name in HostileCommits.names {
                let files = HostileCommits.files(name, namespace: "\(scene.namespace)-h")
                try replace(hostile, by: files)
                for (project, git) in good { try commit(name, to: git, of: project) }
                try await expectAlive(process, scene, name)
                try await expectSync(of: good.map(\.name), value: name, in: scene)
            }
            process.send(SIGTERM)
            let ending = try await process.ending(within: .seconds(28))
            #expect(ending == .status(0), "\(process.text.suffix(2000))")
            print("hostile commits: peak of \(group.peakBytes >> 20) MiB charged")
        }
    }

    private func write(_ projects: [(name: String, git: GitFolder)], namespace: String, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, git) in projects {
            let text = """
                apiVersion: sternpost.dev/v1alpha1
                kind: Project
                metadata: {name: \(name), namespace: \(namespace)}
                spec:
                  repo: \(git.path)
                  path: infra
                  interval: \(Self.interval)s
                  health: {timeout: 0s}
                  prune: {maxObjects: 100, maxPercent: 100}
                """
            try text.write(toFile: "\(folder)/\(name).yaml", atomically: true, encoding: .utf8)
        }
    }

    private func replace(_ git: GitFolder, by files: HostileCommits.Files) throws {
        var changes: [String: String?] = [:]
        changes.updateValue(nil, forKey: "infra")
        for (name, text) in files { changes["infra/\(name)"] = text }
        try git.commit(changes)
    }

    private func commit(_ value: String, to git: GitFolder, of project: String) throws {
        try git.commit([
            "infra/c.yaml":
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: \(project)}\ndata: {value: \(value)}\n"
        ])
    }

    /// A change of the good projects arrives within two of their intervals.
    private func expectSync(of projects: [String], value: String, in scene: Scene) async throws {
        var left = Set(projects)
        try await eventually("the good ones are synced beside '\(value)'", within: .seconds(2 * Self.interval)) {
            for project in left {
                let live = try await scene.client.get(CoreResources.configMaps, namespace: project, name: "c")
                if live?.json["data"]?["value"]?.string == value { left.remove(project) }
            }
            return left.isEmpty
        }
    }

    private func expectAlive(_ process: OperatorProcess, _ scene: Scene, _ name: String) async throws {
        let address = try await process.listeningAddress()
        let answer = try await HTTPWire().send(HTTPRequest(method: "GET", url: "http://\(address)/healthz"))
        #expect(answer.status == 200, "beside '\(name)'")
        let leases = CoreResources.resource("coordination.k8s.io/v1", "Lease", "leases")
        func renewed() async throws -> String {
            let lease = try await scene.client.get(leases, namespace: scene.project.namespace, name: "sternpost-good-1")
            return lease?.spec?["renewTime"]?.string ?? ""
        }
        let before = try await renewed()
        try await eventually("the lease is renewed beside '\(name)'", within: .seconds(10)) {
            let now = try await renewed()
            return !now.isEmpty && now != before
        }
    }
}
