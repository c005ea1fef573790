// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncLook
import SyncRecord
import TestKit
import Testing

/// Odd Secrets go through the real binary: what cannot be read, what the cluster refuses, and what it takes. Their values are
/// looked for wherever something is said or stored.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct MalformedSecretFaultTests {
    @Test func `no odd Secret is told by a command, the operator, a page, a file, an argument or the cluster`()
        async throws
    {
        try await withEmbeddedScene { scene, _ in
            let canaries = [SecretCanary(), SecretCanary()]
            let shapes = canaries.map { ShapeCommits(scene, $0) }
            let search = SinkSearch(forms: canaries.flatMap(\.forms))
            let tool = try SceneTool(scene)
            var files = scene.baseFiles(configMaps: 1)
            for group in shapes[0].haltingGroups(3) {
                try scene.commit(files.merging(group) { $1 })
                try await expectQuiet(tool, search, isHalted: true)
                files = ShapeCommits.removing(group)
            }
            try scene.commit(files.merging(shapes[0].read) { $1 })
            try await expectQuiet(tool, search)
            try scene.commit(shapes[1].read)
            try await expectQuiet(tool, search)
            try await expectHistoryIsQuiet(tool, search)
            try await operate(scene, shapes, search)
            let count = try await search.expectNone(inClusterOf: scene) { object in
                if ShapeCommits.isShape(object.name) { return nil }
                return object.json
            }
            #expect(count > 10)
            let secrets = try await scene.client.list(CoreResources.secrets, namespace: scene.namespace).objects
            #expect(secrets.filter { ShapeCommits.isShape($0.name) }.count > 8)
        }
    }

    /// Runs the commands on the commit, and looks at what they say and what others could see of them.
    private func expectQuiet(_ tool: SceneTool, _ search: SinkSearch, isHalted: Bool = false) async throws {
        let sync = ["sync", "--no-wait"] + tool.project + tool.place
        let render = ["render"] + tool.project + ["--data-dir", tool.dataFolder]
        let diff = ["diff"] + tool.project + tool.place
        for words in [diff, sync, sync + ["-o", "json"], render] {
            let running = try tool.start(words)
            var seen = ProcessSightings()
            seen.look(at: running.pid, times: 10)
            let ended = try await running.end()
            let place = words.prefix(2).joined(separator: " ")
            #expect([0, 1, 2].contains(ended.status) && !ended.isKilled, "\(place): \(ended.status)")
            #expect(!isHalted || ended.status == 2, "\(place) did not halt")
            #expect(!(ended.output + ended.errors).isEmpty, "\(place) said nothing")
            search.expectNone(in: ended.errors, "\(place), errors")
            search.expectNone(in: seen.text, "\(place), an argument or the environment")
            // Manifests are what it is asked for.
            if words != render || isHalted { search.expectNone(in: ended.output, place) }
        }
    }

    private func expectHistoryIsQuiet(_ tool: SceneTool, _ search: SinkSearch) async throws {
        let data = ["--data-dir", tool.dataFolder]
        let runs = try await tool.reading { try await $0.runs(limit: 100).map(\.id) }
        #expect(runs.count >= 10)
        // Of one commit that halted, and of both that were carried out.
        let shown = [runs.last, runs.dropFirst(1).first, runs.dropFirst(3).first].compactMap { $0 }
        for words in [["history", "-o", "json"]] + shown.map({ ["show", "\($0)", "-o", "json"] }) {
            let ended = try await tool.start(words + data).end()
            #expect(ended.status == 0 && !ended.output.isEmpty, "\(words): \(ended.errors)")
            search.expectNone(in: ended.output + ended.errors, words.joined(separator: " "))
        }
        #expect(try search.expectNone(inFilesOf: tool.dataFolder) > 3)
    }

    /// Runs the operator over a commit that halts it and one that it carries out.
    private func operate(_ scene: Scene, _ shapes: [ShapeCommits], _ search: SinkSearch) async throws {
        let tool = try SceneTool(scene)
        let port = try Loopback.freePort()
        let running = try tool.startOperator(port: port, words: ["--log-format", "json", "--log-level", "debug"])
        var seen = ProcessSightings()
        let halting = shapes[1].halting
        for files in [halting, ShapeCommits.removing(halting).merging(shapes[0].read) { $1 }] {
            let commit = String(try scene.commit(files).prefix(8))
            try await eventually("the operator has seen \(commit)", within: .seconds(90)) {
                seen.look(at: running.pid, times: 10)
                let page = try await StorageTests.get("http://127.0.0.1:\(port)/")
                search.expectNone(in: page.text, "/")
                return page.status == 200 && page.text.contains(commit) && !page.text.contains(">running<")
            }
            search.expectNone(in: try await StorageTests.get("http://127.0.0.1:\(port)/readyz").text, "/readyz")
        }
        #expect(try await expectPagesAreQuiet(port, search) >= 2)
        running.send(SIGTERM)
        let ended = try await running.end()
        #expect(ended.status == 0 && !(ended.output + ended.errors).isEmpty)
        search.expectNone(in: ended.output + ended.errors, "the log")
        #expect(seen.text.contains("--listen"), "nothing was seen of the process")
        search.expectNone(in: seen.text, "an argument or the environment")
        #expect(try search.expectNone(inFilesOf: tool.dataFolder) > 3)
    }

    /// The page of every sync; how many there are.
    private func expectPagesAreQuiet(_ port: Int, _ search: SinkSearch) async throws -> Int {
        var count = 0
        while true {
            let page = try await StorageTests.get("http://127.0.0.1:\(port)/syncs/\(count + 1)")
            search.expectNone(in: page.text, "/syncs/\(count + 1)")
            guard page.status == 200 else { return count }
            count += 1
        }
    }
}

// MARK: - The search itself

extension MalformedSecretFaultTests {
    @Test func `a planted value is seen in a text, in each spelling`() {
        let canary = SecretCanary()
        let search = SinkSearch(forms: canary.forms)
        search.expectNone(in: "nothing but a line of a log", "the log")
        for form in canary.forms {
            withKnownIssue {
                search.expectNone(in: "{\"level\":\"info\",\"message\":\"\(form)\"}", "the log")
            } matching: { issue in
                "\(issue)".contains("the log holds a secret")
            }
        }
    }

    @Test func `a planted value is seen in a file, but not in the mirror's objects`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sternpost-\(UUID().uuidString)")
        let objects = folder.appending(path: "mirrors/posts/0a.git/objects")
        try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let canary = SecretCanary()
        let search = SinkSearch(forms: canary.forms)
        try Data(canary.text.utf8).write(to: objects.appending(path: "pack"))
        try Data("{}".utf8).write(to: folder.appending(path: "images.json"))
        #expect(try search.expectNone(inFilesOf: folder.path) == 1)
        let bytes: [UInt8] = [0, 255, 254] + Array(canary.base64.utf8) + [0]
        try Data(bytes).write(to: folder.appending(path: "history.sqlite-wal"))
        try withKnownIssue {
            _ = try search.expectNone(inFilesOf: folder.path)
        } matching: { issue in
            "\(issue)".contains("history.sqlite-wal holds a secret")
        }
    }

    @Test func `a planted value is seen in the cluster`() async throws {
        try await withEmbeddedScene { scene, _ in
            let canary = SecretCanary()
            let search = SinkSearch(forms: canary.forms)
            _ = try await scene.plantBystanders()
            try await search.expectNone(inClusterOf: scene, shown: { $0.json })
            let leak = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": "leak", "namespace": .string(scene.namespace)],
                "data": ["note": .string("the password is \(canary.text)")],
            ])
            _ = try await scene.client.create(leak, in: CoreResources.configMaps, fieldManager: "somebody")
            try await withKnownIssue {
                _ = try await search.expectNone(inClusterOf: scene, shown: { $0.json })
            } matching: { issue in
                "\(issue)".contains("leak in the cluster holds a secret")
            }
        }
    }
}
