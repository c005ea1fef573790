// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import PlainText
import SceneKit
import SyncApply
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// Promise 7 as a whole: secrets go through the real binary, in passes that succeed and passes that fail, and are looked for
/// wherever something is said or stored.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct CanaryTests {
    /// What must be seen nowhere.
    private struct Canaries {
        let data = "canary-data-\(UUID().uuidString.lowercased())"
        let text = "canary-text-\(UUID().uuidString.lowercased())"
        var others: [String] = []

        /// As they are, in Base64, and percent-encoded.
        var forms: [String] {
            ([data, text] + others).flatMap { [$0, Base64.text(of: Array($0.utf8)), Redactor.percentEncoded($0)] }
        }

        var search: SinkSearch { SinkSearch(forms: forms) }

        func expectNone(in text: String, _ place: String) { search.expectNone(in: text, place) }
    }

    private func secret(_ scene: Scene, _ canaries: Canaries, note: String = "1") -> String {
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: login, namespace: \(scene.namespace), annotations: {note: "\(note)"}}
        data: {password: \(Base64.text(of: Array(canaries.data.utf8)))}
        stringData: {token: \(canaries.text)}

        """
    }

    @Test func `no command tells a secret, in passes that succeed and passes that fail`() async throws {
        try await withEmbeddedScene { scene, cluster in
            var canaries = Canaries()
            canaries.others = [scene.canary, try #require(token(scene))]
            let tool = try SceneTool(scene)
            var files = scene.baseFiles(configMaps: 2)
            files["login.yaml"] = secret(scene, canaries)
            try scene.commit(files)
            try await expectQuiet(tool, canaries, ["diff"] + tool.project + tool.place)
            for format in ["table", "json"] {
                let words = ["sync", "--no-wait", "-o", format] + tool.project + tool.place
                try await expectQuiet(tool, canaries, words)
            }
            canaries.others.append(canaries.text)
            try scene.commit(["login.yaml": secret(scene, canaries, note: "2")])
            for fault in refusals(quoting: canaries) {
                let rule = cluster.faults.add(FaultRule("PATCH", "*/secrets/login", fault))
                try await expectQuiet(tool, canaries, ["sync", "--no-wait"] + tool.project + tool.place, statuses: [1])
                try await expectQuiet(tool, canaries, ["diff"] + tool.project + tool.place, statuses: [1, 2])
                #expect(cluster.faults.hits(rule) > 0)
                cluster.faults.removeAll()
            }
            for text in unreadable(scene, canaries) {
                try scene.commit(["login.yaml": text])
                try await expectQuiet(
                    tool,
                    canaries,
                    ["sync", "--no-wait"] + tool.project + tool.place,
                    statuses: [1, 2]
                )
                try await expectQuiet(tool, canaries, ["diff"] + tool.project + tool.place, statuses: [1, 2])
            }
            try scene.commit(["login.yaml": secret(scene, canaries, note: "3")])
            try await expectQuiet(tool, canaries, ["sync", "--no-wait"] + tool.project + tool.place)
            try await expectHistoryIsQuiet(tool, canaries)
            try expectFilesAreQuiet(tool.dataFolder, canaries)
            try await expectClusterIsQuiet(scene, canaries)
            try await scene.checkPromises()
        }
    }

    private func token(_ scene: Scene) -> String? {
        scene.kubeconfig["users"]?.array?.first?["user"]?["token"]?.string
    }

    /// Refusals that quote what they refuse, as API servers and web hooks do.
    private func refusals(quoting canaries: Canaries) -> [FaultAction] {
        let value = Base64.text(of: Array(canaries.data.utf8))
        return [
            .failure(
                status: 400,
                reason: "BadRequest",
                message:
                    "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data: \"\(canaries.text)\""
            ),
            .failure(
                status: 422,
                reason: "Invalid",
                message: "Secret \"login\" is invalid: data[password]: Invalid value: \"\(value)\": too plain"
            ),
            .failure(
                status: 500,
                reason: "InternalError",
                message:
                    "failed to create typed patch object: .stringData.token: expected number, got &{\(canaries.text)}"
            ),
            .failure(
                status: 403,
                reason: "Forbidden",
                message: "admission webhook \"guard\" denied the request: {\"password\":\"\(canaries.data)\"}"
            ),
        ]
    }

    /// Manifests that cannot be read or stored, whose complaint might quote a line.
    private func unreadable(_ scene: Scene, _ canaries: Canaries) -> [String] {
        let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: \(scene.namespace)}\n"
        return [
            head + "stringData: {token: \(canaries.text)\n", head + "stringData:\n\ttoken: \(canaries.text)\n",
            head + "stringData:\n  token: \(canaries.text)\n  token: \(canaries.text)\n",
            head + "data: {password: \"not base64: \(canaries.text)\"}\n",
            head + "stringData:\n  token: !secret \(canaries.text)\n", head + "stringData: [\(canaries.text)]\n",
        ]
    }

    /// Runs a command and looks at what it says.
    private func expectQuiet(
        _ tool: SceneTool,
        _ canaries: Canaries,
        _ words: [String],
        statuses: Set<Int32> = [0, 1]
    ) async throws {
        let ended = try await tool.start(words).end()
        let place = words.prefix(2).joined(separator: " ")
        #expect(statuses.contains(ended.status) && !ended.isKilled, "\(place): \(ended.status) \(ended.errors)")
        #expect(!(ended.output + ended.errors).isEmpty, "\(place) said nothing")
        canaries.expectNone(in: ended.output + ended.errors, place)
    }

    private func expectHistoryIsQuiet(_ tool: SceneTool, _ canaries: Canaries) async throws {
        let data = ["--data-dir", tool.dataFolder]
        let runs = try await tool.reading { try await $0.runs(limit: 100).map(\.id) }
        #expect(runs.count > 10)
        for format in ["table", "json", "yaml"] {
            try await expectQuiet(tool, canaries, ["history", "-o", format] + data)
            try await expectQuiet(
                tool,
                canaries,
                ["status", "-o", format, "-n", tool.scene.project.namespace] + tool.place
            )
            for run in runs { try await expectQuiet(tool, canaries, ["show", "\(run)", "-o", format] + data) }
        }
        try await expectQuiet(tool, canaries, ["verify"] + data)
    }

    private func expectFilesAreQuiet(_ folder: String, _ canaries: Canaries) throws {
        #expect(try canaries.search.expectNone(inFilesOf: folder) > 3)
    }

    /// All objects but the Secrets that are meant to hold them, and of those everything but their data.
    private func expectClusterIsQuiet(_ scene: Scene, _ canaries: Canaries) async throws {
        let count = try await canaries.search.expectNone(inClusterOf: scene) { object in
            var json = object.json
            if object.id.kind == "Secret", ["canary", "login"].contains(object.name) { json["data"] = nil }
            return json
        }
        #expect(count > 10)
    }

    @Test func `no log, page, argument or environment of the operator tells a credential`() async throws {
        try await withEmbeddedScene { scene, _ in
            let folder = URL(filePath: scene.folder)
            let key = try SSHKey(type: "ed25519", in: folder)
            var canaries = Canaries()
            canaries.others = [scene.canary, try #require(token(scene))]
            canaries.others += try key.privateKey.split(separator: "\n").map(String.init).filter { $0.count > 60 }
            canaries.others.append(GitHTTPServer.password)
            try scene.commit(scene.baseFiles(configMaps: 2))
            let authority = try TestAuthority(folder: scene.folder)
            let identity = try authority.certificate("localhost", subject: "DNS:localhost")
            try await GitHTTPServer.serving(folder, in: folder, identity: identity) { web in
                try await GitSSHServer.serving(in: folder, authorized: key) { ssh in
                    let login = ["username": GitHTTPServer.username, "password": GitHTTPServer.password]
                    let authorities = try String(contentsOfFile: authority.certificatePath, encoding: .utf8)
                    let places: [(url: String, credentials: [String: String])] = [
                        ("\(web.url)/private/repository.git", login.merging(["ca.crt": authorities]) { $1 }),
                        ("\(web.url)/private/repository.git", ["token": scene.canary, "ca.crt": authorities]),
                        (
                            ssh.url(of: scene.git),
                            ["identity": try key.privateKey, "known_hosts": ssh.knownHostsLine]
                        ),
                    ]
                    for (place, format) in zip(places, ["json", "text", "json"]) {
                        try await watch(
                            scene,
                            canaries,
                            url: place.url,
                            credentials: place.credentials,
                            logFormat: format
                        )
                    }
                }
            }
            // An address with a password in it is refused, and not repeated.
            let tool = try SceneTool(scene)
            let url = "https://deploy:\(canaries.text)@localhost:1/posts.git"
            for command in ["sync", "diff", "render"] {
                let ended = try await tool.start([command, "--repo", url] + (command == "render" ? [] : tool.place))
                    .end()
                #expect(ended.status == 2)
                canaries.expectNone(in: ended.output + ended.errors, command)
            }
        }
    }

    /// Runs the operator on a repository that needs credentials, and looks at everything that can be seen from outside.
    private func watch(
        _ scene: Scene,
        _ canaries: Canaries,
        url: String,
        credentials: [String: String],
        logFormat: String
    ) async throws {
        let tool = try SceneTool(scene)
        let folder = tool.tool.folder.appending(path: "credentials")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in credentials {
            let file = folder.appending(path: name)
            try text.write(to: file, atomically: true, encoding: .utf8)
            guard chmod(file.path, 0o600) == 0 else { throw MissingProgram(description: "chmod: errno \(errno)") }
        }
        let port = try Loopback.freePort()
        let running = try tool.startOperator(
            port: port,
            repository: url,
            spec: "  credentials: {file: \(folder.path)}",
            words: ["--log-format", logFormat]
        )
        var seen = ProcessSightings()
        try await eventually("the operator has had a pass", within: .seconds(60)) {
            seen.look(at: running.pid)
            let ready = try await StorageTests.get("http://127.0.0.1:\(port)/readyz")
            canaries.expectNone(in: ready.text, "/readyz")
            // A repository that cannot be read is that project's trouble, not the process's.
            return ready.status == 200 && seen.children > 0
        }
        #expect(seen.hasNoCore, "a core file may be written")
        canaries.expectNone(in: seen.text, "an argument or the environment")
        for page in ["/", "/syncs/1", "/healthz"] {
            let answer = try await StorageTests.get("http://127.0.0.1:\(port)\(page)")
            #expect(answer.status == 200, "\(page)")
            canaries.expectNone(in: answer.text, page)
        }
        running.send(SIGTERM)
        let ended = try await running.end()
        #expect(ended.status == 0 && !(ended.output + ended.errors).isEmpty)
        canaries.expectNone(in: ended.output + ended.errors, "the log")
        for format in ["table", "json", "yaml"] {
            let words = ["images", "-o", format, "--data-dir", tool.dataFolder]
            try await expectQuiet(tool, canaries, words, statuses: [0, 1, 2])
        }
        try expectFilesAreQuiet(tool.dataFolder, canaries)
    }
}
