// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import SyncLoop
import TestKit
import Testing

/// Which kubeconfig files are read, and what of them counts.
struct KubeconfigFilesTests {
    /// A kubeconfig with one entry of each list, all of one name.
    private func kubeconfig(
        _ name: String,
        server: String,
        current: String? = nil,
        cluster: String = "",
        user: String = "token: t0ken-of-a-test"
    ) -> String {
        """
        apiVersion: v1
        kind: Config
        \(current.map { "current-context: \"\($0)\"" } ?? "preferences: {}")
        clusters:
        - name: \(name)
          cluster: {server: "\(server)"\(cluster)}
        users:
        - name: \(name)
          user: {\(user)}
        contexts:
        - name: \(name)
          context: {cluster: \(name), user: \(name), namespace: ns-\(name)}

        """
    }

    /// Writes files below a folder and reads what `KUBECONFIG` with these names leads to.
    private func configuration(
        _ files: [String: String],
        listed: [String],
        context: String? = nil
    ) async throws -> KubeConfiguration {
        try await withTemporaryFolder { folder in
            try write(files, to: folder)
            let list = listed.map { folder.appending(path: $0).path }.joined(separator: ":")
            return try KubeconfigFiles.configuration(path: nil, context: context, environment: ["KUBECONFIG": list])
        }
    }

    private func write(_ files: [String: String], to folder: URL) throws {
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
    }

    private func problem(_ body: () async throws -> KubeConfiguration) async -> String {
        do {
            _ = try await body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `of several files the first current context counts`() async throws {
        let files = [
            "a": kubeconfig("one", server: "https://one:6443", current: "two"),
            "b": kubeconfig("two", server: "https://two:6443", current: "one"),
        ]
        let found = try await configuration(files, listed: ["a", "b"])
        #expect(found.server == "https://two:6443")
        #expect(found.namespace == "ns-two")
        #expect(try await configuration(files, listed: ["b", "a"]).server == "https://one:6443")
        #expect(try await configuration(files, listed: ["a", "b"], context: "one").server == "https://one:6443")
    }

    @Test func `an empty current context does not count`() async throws {
        let files = [
            "a": kubeconfig("one", server: "https://one:6443", current: ""),
            "b": kubeconfig("two", server: "https://two:6443", current: "two"),
        ]
        #expect(try await configuration(files, listed: ["a", "b"]).server == "https://two:6443")
    }

    @Test func `of one name in several files the first counts`() async throws {
        let files = [
            "a": kubeconfig("same", server: "https://first:6443"),
            "b": kubeconfig("same", server: "https://second:6443", current: "same"),
        ]
        #expect(try await configuration(files, listed: ["a", "b"]).server == "https://first:6443")
    }

    @Test func `files of the list that do not exist are passed over`() async throws {
        let files = ["b": kubeconfig("two", server: "https://two:6443", current: "two")]
        #expect(try await configuration(files, listed: ["a", "b", "c"]).server == "https://two:6443")
    }

    @Test func `paths are relative to the file in which they stand`() async throws {
        let files = [
            "one/config": kubeconfig("one", server: "https://one:6443"),
            "two/config": kubeconfig(
                "two",
                server: "https://two:6443",
                current: "two",
                cluster: ", certificate-authority: pki/ca.crt"
            ),
            "two/pki/ca.crt": "-----BEGIN CERTIFICATE-----\n",
        ]
        #expect(try await configuration(files, listed: ["one/config", "two/config"]).server == "https://two:6443")

        var elsewhere = files
        elsewhere["one/pki/ca.crt"] = elsewhere.removeValue(forKey: "two/pki/ca.crt")
        let text = await problem { [elsewhere] in
            try await configuration(elsewhere, listed: ["one/config", "two/config"])
        }
        #expect(text.contains("cluster two: certificate-authority: cannot read"))
        #expect(text.contains("/two/pki/ca.crt"))
    }

    @Test func `a relative plug-in stands beside its file too`() async throws {
        try await withTemporaryFolder { folder in
            let namespace = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"two"}}"#
            let server = try StubHTTPServer { _ in [.reply(200, namespace)] }
            defer { server.stop() }
            let exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/login, interactiveMode: Never}"
            try write(
                [
                    "one/config": kubeconfig("one", server: "https://one:6443"),
                    "two/config": kubeconfig("two", server: server.url, current: "two", user: exec),
                    "two/bin/login": """
                    #!/bin/sh
                    echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-two"}}'
                    """,
                ],
                to: folder
            )
            let plugin = folder.appending(path: "two/bin/login").path
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plugin)
            let list = ["one/config", "two/config"].map { folder.appending(path: $0).path }.joined(separator: ":")
            let found = try KubeconfigFiles.configuration(path: nil, context: nil, environment: ["KUBECONFIG": list])
            let client = KubeClient(configuration: found, wire: HTTPWire())
            let namespaces = APIResource(
                gvk: GroupVersionKind(group: "", version: "v1", kind: "Namespace"),
                plural: "namespaces",
                isNamespaced: false,
                verbs: ["get"]
            )
            #expect(try await client.get(namespaces, namespace: "", name: "two") != nil)
            #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer from-two"])
        }
    }

    @Test func `a kubeconfig that is written anew is read again when the server refuses what it had`() async throws {
        try await withTemporaryFolder { folder in
            let namespace = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"two"}}"#
            let refusal = #"{"apiVersion":"v1","kind":"Status","status":"Failure","reason":"Unauthorized","code":401}"#
            let server = try StubHTTPServer { request in
                let isNew = request.headers["authorization"] == "Bearer t0ken-since-the-restart"
                return [isNew ? .reply(200, namespace) : .reply(401, refusal)]
            }
            defer { server.stop() }
            let list = ["a", "b"].map { folder.appending(path: $0).path }.joined(separator: ":")
            let environment = ["KUBECONFIG": list]
            try write(["a": kubeconfig("two", server: server.url, current: "two")], to: folder)
            let old = try KubeconfigFiles.configuration(path: nil, context: nil, environment: environment)
            let client = KubeClient(
                configuration: old,
                wire: HTTPWire(),
                renewal: KubeconfigFiles.renewal(of: old, path: nil, environment: environment)
            )
            // Another context is the current one by then, of another cluster.
            try write(
                [
                    "a": kubeconfig("one", server: "https://one.example.org:6443", current: "one"),
                    "b": kubeconfig("two", server: server.url, user: "token: t0ken-since-the-restart"),
                ],
                to: folder
            )
            let namespaces = APIResource(
                gvk: GroupVersionKind(group: "", version: "v1", kind: "Namespace"),
                plural: "namespaces",
                isNamespaced: false,
                verbs: ["get"]
            )
            #expect(try await client.get(namespaces, namespace: "", name: "two") != nil)
            #expect(
                server.requests.map { $0.headers["authorization"] } == [
                    "Bearer t0ken-of-a-test", "Bearer t0ken-since-the-restart",
                ]
            )
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a kubeconfig that is a pipe by now is not read again, and nobody waits for it`() async throws {
        try await withTemporaryFolder { folder in
            try write(["a": kubeconfig("one", server: "https://one.example.org:6443", current: "one")], to: folder)
            let path = folder.appending(path: "a").path(percentEncoded: false)
            let old = try KubeconfigFiles.configuration(path: path, context: nil, environment: [:])
            let renewal = KubeconfigFiles.renewal(of: old, path: path, environment: [:])
            let same = await renewal()
            #expect(same?.server == "https://one.example.org:6443")
            try FileManager.default.removeItem(atPath: path)
            try #require(mkfifo(path, 0o600) == 0)
            let none = await renewal()
            #expect(none?.server == nil)
        }
    }

    @Test func `the file on the command line is the only one`() async throws {
        try await withTemporaryFolder { folder in
            try write(
                [
                    "a": kubeconfig("one", server: "https://one:6443", current: "one"),
                    "b": kubeconfig("two", server: "https://two:6443", current: "two"),
                ],
                to: folder
            )
            let found = try KubeconfigFiles.configuration(
                path: folder.appending(path: "b").path,
                context: nil,
                environment: ["KUBECONFIG": folder.appending(path: "a").path]
            )
            #expect(found.server == "https://two:6443")
            let text = await problem {
                try KubeconfigFiles.configuration(path: "\(folder.path)/c", context: nil, environment: [:])
            }
            #expect(text == "\(folder.path)/c: no such kubeconfig file")
        }
    }

    @Test func `the home folder's file is the last resort outside of a cluster`() async throws {
        try await withTemporaryFolder { folder in
            try write(
                [".kube/config": kubeconfig("one", server: "https://one:6443", current: "one")],
                to: folder
            )
            let found = try KubeconfigFiles.configuration(path: nil, context: nil, environment: ["HOME": folder.path])
            #expect(found.server == "https://one:6443")
            let text = await problem {
                try KubeconfigFiles.configuration(path: nil, context: nil, environment: ["HOME": "\(folder.path)/none"])
            }
            #expect(text.hasPrefix("no cluster to talk to: give --kubeconfig FILE, or set KUBECONFIG"))
        }
    }

    @Test func `a variable that names no file, and a folder in the place of a file, are named`() async throws {
        try await withTemporaryFolder { folder in
            let missing = await problem {
                try KubeconfigFiles.configuration(path: nil, context: nil, environment: ["KUBECONFIG": "/nope"])
            }
            #expect(missing == "KUBECONFIG is /nope, and there is no such file; correct it, or give --kubeconfig FILE")
            let path = folder.path
            let environments: [[String: String]] = [[:], ["KUBECONFIG": path]]
            for environment in environments {
                let text = await problem {
                    try KubeconfigFiles.configuration(
                        path: environment.isEmpty ? path : nil,
                        context: nil,
                        environment: environment
                    )
                }
                #expect(text == "\(path): is a folder; name the kubeconfig file itself")
            }
        }
    }

    @Test func `a file that is no YAML is named with its line`() async throws {
        let text = await problem { try await configuration(["a": "apiVersion: v1\n\tkind: Config\n"], listed: ["a"]) }
        #expect(text.contains("/a:2: "))
    }

    @Test func `no current context is an error that says how to choose one`() async throws {
        let files = ["a": kubeconfig("one", server: "https://one:6443")]
        let text = await problem { try await configuration(files, listed: ["a"]) }
        #expect(text.contains("no current-context"))
        #expect(text.contains("/a: "), "\(text)")
        let unknown = await problem { try await configuration(files, listed: ["a"], context: "two") }
        #expect(unknown.contains(#"there is no context named "two""#))
    }

    @Test func `a file without an end is read up to the limit, and refused`() {
        let error = #expect(throws: ConfigurationError.self) {
            try KubeconfigFiles.configuration(path: "/dev/zero", context: nil, environment: [:])
        }
        #expect(error?.problems == ["/dev/zero: larger than 4194304 bytes"])
    }
}
