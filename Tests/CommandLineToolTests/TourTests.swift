// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit
import Testing

/// The tour of the README, command by command, with the exit statuses that scripts rely on.
@Suite(.timeLimit(.minutes(4)))
struct TourTests {
    private let manifests = """
        apiVersion: v1
        kind: Namespace
        metadata: {name: tour}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: posts, namespace: tour}
        data: {greeting: hello}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: posts, namespace: tour}
        stringData: {password: correct-horse-battery}

        """

    /// Runs commands against one cluster and one repository.
    private struct Tour {
        let tool: Tool
        let git: GitFolder
        let kubeconfig: String

        /// A command about the history alone.
        func ask(_ arguments: String...) async throws -> Tool.Result { try await ask(arguments) }

        func ask(_ arguments: [String]) async throws -> Tool.Result {
            try await Tool.finish(try tool.process(arguments), folder: tool.folder)
        }

        /// `sync`, `diff` or the like, with the repository and the cluster.
        func run(_ arguments: String...) async throws -> Tool.Result {
            let all = arguments + ["--repo", git.path, "--kubeconfig", kubeconfig]
            return try await Tool.finish(try tool.process(all), folder: tool.folder)
        }

        func counts(_ result: Tool.Result) throws -> [String: Int64] {
            let counts = try result.json["counts"]?.object ?? JSONObject()
            return Dictionary(counts.compactMap { entry in entry.value.int.map { (entry.key, $0) } }) { $1 }
                .filter { $0.value > 0 }
        }
    }

    private func withTour(_ body: (Tour) async throws -> Void) async throws {
        try await withTool { tool in
            let git = try GitFolder(at: tool.folder.appending(path: "posts.git"))
            try git.commit(["infra/posts.yaml": manifests], message: "Deploy posts")
            try await withCluster(tool) { kubeconfig in
                try await body(Tour(tool: tool, git: git, kubeconfig: kubeconfig))
            }
        }
    }

    @Test func `look, sync, and nothing is left to do`() async throws {
        try await withTour { tour in
            let before = try await tour.run("diff")
            #expect(before.status == 1, "\(before.errors)")
            #expect(before.output.contains("+  greeting: hello"))
            #expect(!before.output.contains("correct-horse-battery"))

            let first = try await tour.run("sync", "-o", "json")
            #expect(first.status == 0, "\(first.errors)")
            #expect(try tour.counts(first) == ["created": 3])
            #expect(try first.json["project"] == "posts")
            #expect(try first.json["outcome"] == "succeeded")
            let actions = try first.json["objects"]?.array?.compactMap { $0["action"]?.string }
            #expect(actions == ["created", "created", "created"])

            let second = try await tour.run("sync", "-o", "json")
            #expect(second.status == 0)
            #expect(try tour.counts(second) == ["unchanged": 3])

            let elsewhere = try await tour.ask("status", "-n", "nonesuch", "--kubeconfig", tour.kubeconfig)
            #expect(elsewhere.status == 1)
            let words = "no inventory of it in namespace nonesuch; name the one that has it with -n"
            #expect(elsewhere.output.contains(words), "\(elsewhere.output)")

            let after = try await tour.run("diff")
            #expect(after.status == 0)
            #expect(after.output.isEmpty)
        }
    }

    @Test func `what was passed over is said by the diff as by the sync`() async throws {
        try await withTour { tour in
            try tour.git.commit(["infra/kustomization.yaml": "resources: [posts.yaml]\n"], message: "Customise")
            let note = "note: infra/kustomization.yaml:1: passed over: "
            #expect(try await tour.run("diff").output.contains(note))
            #expect(try await tour.run("sync").output.contains(note))
        }
    }

    @Test func `a push is applied, and the history tells the story`() async throws {
        try await withTour { tour in
            #expect(try await tour.run("sync").status == 0)
            try tour.git.commit(
                ["infra/posts.yaml": manifests.replacing("hello", with: "good morning")],
                message: "Greet properly"
            )
            let sync = try await tour.run("sync")
            #expect(sync.status == 0)
            #expect(sync.output.contains("0 created, 1 configured, 2 unchanged, 0 pruned, 0 failed"))

            let runs = try await tour.ask("history", "-o", "json").json.array ?? []
            #expect(runs.map { $0["message"]?.string } == ["Greet properly", "Deploy posts"])
            #expect(runs.first?["author"] == "Ada Example <ada@example.com>")
            let keys = [
                "author", "counts", "finishedAt", "id", "message", "outcome", "project", "revision", "startedAt",
                "trigger",
            ]
            #expect(runs.first?.object?.keys == keys)

            let touched = try await tour.ask("history", "configmap/posts", "-n", "tour", "-o", "json").json.array
            #expect(touched?.count == 2)
            let untouched = try await tour.ask("history", "secret/posts", "-n", "tour", "-o", "json").json.array
            #expect(untouched?.count == 1)

            let none = try await tour.ask("history", "configmap/nope", "-n", "tour")
            #expect(none.status == 0 && none.output == "no sync touched configmap/nope in namespace tour\n", "\(none)")
            let unknown = try await tour.ask("history", "--project", "nope")
            #expect(unknown.status == 2 && unknown.output.isEmpty, "\(unknown)")
            #expect(unknown.errors.contains("no project nope here; known: posts"), "\(unknown.errors)")

            let shown = try await tour.ask("show", "2")
            #expect(shown.status == 0)
            #expect(shown.output.contains("-  greeting: hello\n+  greeting: good morning"))
            #expect(try await tour.ask("show", "99").status == 2)
            let all = try await tour.ask("show", "1", "-o", "json")
            #expect(!all.output.contains("correct-horse-battery"))

            let verified = try await tour.ask("verify")
            #expect(verified.status == 0)
            #expect(verified.output.hasPrefix("intact: "))
        }
    }

    @Test func `a namespace is deleted only after a person said yes`() async throws {
        try await withTour { tour in
            #expect(try await tour.run("sync").status == 0)
            try tour.git.commit(
                [
                    "infra/posts.yaml": nil,
                    "infra/left.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: tour-left}\n",
                ],
                message: "Take posts away"
            )
            let held = try await tour.run("sync")
            #expect(held.status == 1)
            #expect(held.output.contains("held: 3 objects would be deleted"))
            #expect(held.output.contains("Namespace tour"))
            #expect(try await tour.ask("status", "--kubeconfig", tour.kubeconfig).status == 1)
            #expect(try await tour.ask("approve", "posts", "--hash", "0123456789abcdef").status == 2)

            let unnamed = try await tour.ask("approve", "posts")
            #expect(unnamed.status == 2)
            #expect(unnamed.errors.contains("sternpost approve posts --hash HASH"), "\(unnamed.errors)")
            let words = held.output.split(whereSeparator: \.isWhitespace).map(String.init)
            let place = try #require(words.firstIndex(of: "--hash"), "the sync prints the command")
            let hash = words[place + 1]
            #expect(hash.count == 32)
            #expect(held.output.contains("--hash \(hash) --kubeconfig \(tour.kubeconfig)\n"), "\(held.output)")
            let tooFew = try await tour.ask("approve", "posts", "--hash", String(hash.prefix(31)))
            #expect(tooFew.status == 2 && tooFew.errors.contains("has 31 digits"), "\(tooFew)")
            // The yes is given here, and obeyed from another data folder, which knows of no hold.
            let approved = try await tour.ask("approve", "posts", "--hash", hash, "--kubeconfig", tour.kubeconfig)
            #expect(approved.status == 0)
            #expect(approved.output.contains("3 objects will be deleted"))
            #expect(approved.errors.isEmpty, "\(approved.errors)")
            let waits = try await tour.ask("status", "--kubeconfig", tour.kubeconfig)
            #expect(waits.output.contains("3 deletions approved by "), "\(waits.output)")
            #expect(!waits.output.contains("for approval"), "\(waits.output)")
            let foreseen = try await tour.run("diff")
            #expect(foreseen.output.contains("the deletions were approved by "), "\(foreseen.output)")
            #expect(!foreseen.output.contains("would be held"), "\(foreseen.output)")
            let pruned = try await tour.run("sync", "-o", "json", "--data-dir", "\(tour.tool.folder.path)/other")
            #expect(pruned.status == 0, "\(pruned.errors)")
            #expect(try tour.counts(pruned)["pruned"] == 3)
            let status = try await tour.ask(
                "status",
                "--kubeconfig",
                tour.kubeconfig,
                "--data-dir",
                "\(tour.tool.folder.path)/other"
            )
            #expect(status.status == 0, "\(status.output)\(status.errors)")
            // Where the yes was given, it is over as well.
            let here = try await tour.ask("status", "--kubeconfig", tour.kubeconfig)
            #expect(!here.output.contains("approved by"), "\(here.output)")
            #expect(try await tour.run("sync").status == 0)
            #expect(try await tour.ask("approve", "posts").status == 2)
        }
    }

    @Test func `after a sync with a refused object, status names its outcome and no unfinished sync`() async throws {
        try await withTour { tour in
            let service = """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: tour}
                spec: {type: Everywhere, ports: [{port: 80}]}

                """
            try tour.git.commit(["infra/web.yaml": service])
            let sync = try await tour.run("sync")
            #expect(sync.status == 1 && sync.errors.contains("Service tour/web"), "\(sync)")
            let status = try await tour.ask("status", "--kubeconfig", tour.kubeconfig)
            #expect(status.status == 1)
            #expect(status.output.contains("last sync degraded"), "\(status.output)")
            #expect(!status.output.contains("unfinished"), "\(status.output)")
        }
    }

    @Test func `deletions that wait for pods are told as such, and not as waiting for a person who said yes`()
        async throws
    {
        try await withTour { tour in
            func configMap(_ name: String) -> String {
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name), namespace: tour}\n"
            }
            let names = (0..<6).map { "c\($0)" }
            try tour.git.commit(Dictionary(uniqueKeysWithValues: names.map { ("infra/\($0).yaml", configMap($0)) }))
            #expect(try await tour.run("sync").status == 0)
            let web = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: tour}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      nodeSelector: {example.com/node: nowhere}
                      containers: [{name: web, image: "registry.example.com/web:1"}]

                """
            var next = Dictionary(uniqueKeysWithValues: names.map { ("infra/\($0).yaml", String?.none) })
            next["infra/web.yaml"] = web
            try tour.git.commit(next)
            let held = try await tour.run("sync", "--timeout", "2s")
            #expect(held.status == 1)
            #expect(held.output.contains("held: 6 objects would be deleted"), "\(held.output)")
            #expect(!held.errors.contains("skipped:"), "once is enough: \(held.errors)")
            let words = held.output.split(whereSeparator: \.isWhitespace).map(String.init)
            let place = try #require(words.firstIndex(of: "--hash"), "the sync prints the command")
            let hash = words[place + 1]
            #expect(
                try await tour.ask("approve", "posts", "--hash", hash, "--kubeconfig", tour.kubeconfig).status == 0
            )
            let waiting = try await tour.run("sync", "--timeout", "2s")
            #expect(waiting.status == 1)
            #expect(!waiting.output.contains("a person has to say yes"), "\(waiting.output)")
            #expect(
                waiting.errors.contains("skipped: ConfigMap tour/c0: ")
                    && waiting.errors.contains("Deployment.apps tour/web is not through with its last change"),
                "\(waiting.errors)"
            )
            #expect(waiting.output.contains("0 pruned, 0 failed; 6 skipped"), "\(waiting.output)")
        }
    }

    @Test func `a suspended project is told in status, until it is resumed`() async throws {
        try await withTour { tour in
            let sync = try await tour.run("sync")
            #expect(sync.status == 0)
            let place = ["--kubeconfig", tour.kubeconfig]
            func order(_ words: String...) async throws -> Tool.Result {
                try await Tool.finish(try tour.tool.process(words + place), folder: tour.tool.folder)
            }
            #expect(try await order("suspend", "--reason", "holiday").output == "posts suspended\n")
            #expect(try await order("suspend").output == "posts was suspended already\n")
            let status = try await order("status")
            #expect(status.status == 1 && status.output.contains("holiday"), "\(status.output)")
            let refused = try await tour.run("sync")
            #expect(refused.status == 2 && (refused.output + refused.errors).contains("holiday"), "\(refused)")
            #expect(try await order("resume").output == "posts resumed\n")
            #expect(try await order("resume").output == "posts was resumed already\n")
            #expect(try await order("status").status == 0)
            #expect(try await order("resume", "unknown").status == 2)
            #expect(try await order("suspend", "-n", "elsewhere").status == 2)
            #expect(try await order("verify").status == 2, "it takes no cluster")
            #expect(try await tour.ask("verify").status == 0)
        }
    }

    @Test func `a suspension holds for every data folder, whatever becomes of the one it was given in`() async throws {
        try await withTour { tour in
            #expect(try await tour.run("sync").status == 0)
            let given = try await tour.ask("suspend", "--reason", "freeze", "--kubeconfig", tour.kubeconfig)
            #expect(given.status == 0, "\(given.errors)")
            let other = "\(tour.tool.folder.path)/other"
            let elsewhere = try await tour.run("sync", "--data-dir", other)
            #expect(elsewhere.status == 2 && (elsewhere.output + elsewhere.errors).contains("freeze"), "\(elsewhere)")
            let resumed = try await tour.ask("resume", "posts", "--data-dir", other, "--kubeconfig", tour.kubeconfig)
            #expect(resumed.status == 0, "an order may come from anywhere: \(resumed.errors)")
            #expect(try await tour.ask("resume", "--kubeconfig", tour.kubeconfig).status == 0)
            #expect(try await tour.run("sync", "--data-dir", other).status == 0)
        }
    }

    @Test func `a suspension may be given from a folder that never saw the project`() async throws {
        try await withTour { tour in
            #expect(try await tour.run("sync").status == 0)
            let fresh = ["--data-dir", "\(tour.tool.folder.path)/fresh", "--kubeconfig", tour.kubeconfig]
            let unknown = try await tour.ask(["suspend", "nobody"] + fresh)
            #expect(unknown.status == 2 && unknown.errors.contains("no project nobody"), "\(unknown)")
            let given = try await tour.ask(["suspend", "posts", "--reason", "freeze"] + fresh)
            #expect(given.status == 0, "\(given)")
            #expect(try await tour.run("sync").status == 2)
        }
    }

    @Test func `the operator follows pushes and ends with status 0 at SIGTERM`() async throws {
        try await withTour { tour in
            let file = tour.tool.folder.appending(path: "project.yaml")
            let text = """
                apiVersion: sternpost.dev/v1alpha1
                kind: Project
                metadata: {name: posts, namespace: sternpost}
                spec: {repo: \(tour.git.path), interval: 1s}

                """
            try Data(text.utf8).write(to: file)
            let operatorProcess = try tour.tool.process([
                "run", "--config", file.path, "--kubeconfig", tour.kubeconfig, "--listen", "127.0.0.1:0",
            ])
            operatorProcess.standardOutput = FileHandle.nullDevice
            operatorProcess.standardError = FileHandle.nullDevice
            try operatorProcess.run()
            defer { if operatorProcess.isRunning { operatorProcess.terminate() } }
            func finished() async throws -> [String] {
                let result = try await tour.ask("history", "-o", "json")
                guard result.status == 0 else { return [] }
                return try result.json.array?.filter { $0["outcome"] == "succeeded" }
                    .compactMap { $0["message"]?.string } ?? []
            }
            try await eventually("the first commit is deployed") { try await finished() == ["Deploy posts"] }
            try tour.git.commit(
                ["infra/posts.yaml": manifests.replacing("hello", with: "good morning")],
                message: "Greet properly"
            )
            try await eventually("the push is deployed") { try await finished() == ["Greet properly", "Deploy posts"] }
            operatorProcess.terminate()
            try await eventually("the operator has ended") { !operatorProcess.isRunning }
            #expect(operatorProcess.terminationReason == .exit)
            #expect(operatorProcess.terminationStatus == 0)
        }
    }
}
