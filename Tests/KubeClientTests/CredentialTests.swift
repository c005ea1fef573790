// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects
import Synchronization
import TestKit
import Testing

@testable import KubeClient

/// Tokens, passwords and plug-ins: what is sent, and when it is renewed.
@Suite(.timeLimit(.minutes(1)))
struct CredentialTests {
    private static let unauthorized = StubHTTPServer.Step.reply(401, status(401, "Unauthorized", "Unauthorized"))
    private static let fine = StubHTTPServer.Step.reply(200, configMap("a").text)

    /// Serves only who shows this header; and a client for that user.
    private func withGuard(
        _ expected: @escaping @Sendable () -> String,
        user: JSON,
        _ body: (StubHTTPServer, KubeClient) async throws -> Void
    ) async throws {
        try await withStubServer { request in
            [request.headers["authorization"] == expected() ? CredentialTests.fine : CredentialTests.unauthorized]
        } _: { server in
            try await body(server, try client(server, user: user))
        }
    }

    private func get(_ client: KubeClient) async -> KubeError? {
        await kubeError { () async throws(KubeError) in try await client.get(configMaps, namespace: "ns", name: "a") }
    }

    @Test(
        arguments: [
            (["token": "tok-1"], "Bearer tok-1"),
            (["username": "me", "password": "pass:word"], "Basic bWU6cGFzczp3b3Jk"),
        ] as [(JSON, String)]
    )
    func `fixed credentials are sent and not renewed`(user: JSON, header: String) async throws {
        try await withGuard({ header }, user: user) { server, client in
            #expect(await get(client) == nil)
        }
        try await withGuard({ "other" }, user: user) { server, client in
            #expect(await get(client)?.reason == .unauthorized)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a token file is read again when the server refuses the token`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "token")
            try Data("first-token\n".utf8).write(to: file)
            let user: JSON = ["tokenFile": .string(file.path)]
            try await withStubServer { request in
                let wanted = request.number == 0 ? "Bearer first-token" : "Bearer second-token"
                return [
                    request.headers["authorization"] == wanted ? CredentialTests.fine : CredentialTests.unauthorized
                ]
            } _: { server in
                let client = try client(server, user: user)
                #expect(await get(client) == nil)
                try Data("second-token".utf8).write(to: file)
                #expect(await get(client) == nil)
                #expect(server.requests.count == 3)
                #expect(await get(client) == nil)
                #expect(server.requests.count == 4)
            }
            try await withGuard({ "never" }, user: user) { server, client in
                #expect(await get(client)?.reason == .unauthorized)
                #expect(server.requests.count == 2)
            }
        }
    }

    private static func configuration(_ url: String, token: String) throws -> KubeConfiguration {
        let json = kubeconfig(url, user: ["token": .string(token)])
        return try KubeConfiguration(kubeconfig: json, folder: "/", context: nil)
    }

    @Test func `a token of the kubeconfig is read again when the server refuses it`() async throws {
        try await withStubServer { request in
            [request.headers["authorization"] == "Bearer new" ? CredentialTests.fine : CredentialTests.unauthorized]
        } _: { server in
            let fresh = try Self.configuration(server.url, token: "new")
            let reads = Mutex(0)
            let client = KubeClient(
                configuration: try Self.configuration(server.url, token: "old"),
                wire: HTTPWire(),
                renewal: {
                    reads.withLock { $0 += 1 }
                    return fresh
                }
            )
            await withTaskGroup { group in
                for _ in 0..<4 { group.addTask { #expect(await get(client) == nil) } }
            }
            #expect(await get(client) == nil)
            #expect(reads.withLock { $0 } == 1)
            #expect(server.requests.last?.headers["authorization"] == "Bearer new")
        }
    }

    @Test(arguments: [("https://other.example.org:6443", "new"), (nil, "old"), (nil, nil)] as [(String?, String?)])
    func `credentials of another server, and the refused ones, are not sent`(url: String?, token: String?) async throws
    {
        try await withStubServer { _ in
            [CredentialTests.unauthorized]
        } _: { server in
            let fresh = try token.map { try Self.configuration(url ?? server.url, token: $0) }
            let reads = Mutex(0)
            let client = KubeClient(
                configuration: try Self.configuration(server.url, token: "old"),
                wire: HTTPWire(),
                renewal: {
                    reads.withLock { $0 += 1 }
                    return fresh
                }
            )
            for _ in 0..<2 { #expect(await get(client)?.reason == .unauthorized) }
            #expect(server.requests.map { $0.headers["authorization"] } == ["Bearer old", "Bearer old"])
            // Not at each refusal.
            #expect(reads.withLock { $0 } == 1)
        }
    }

    /// A plug-in: a shell script that counts its runs in a file and prints what the test wants.
    private func withPlugin(
        _ script: String,
        version: String = "v1",
        fields: JSON = [:],
        _ body: (JSON, () -> Int) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "plugin").path
            let text = "#!/bin/sh\necho run >> '\(folder.path)/runs'\nN=$(wc -l < '\(folder.path)/runs')\n\(script)\n"
            try Data(text.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            var exec = fields
            exec["command"] = .string(path)
            exec["apiVersion"] = .string("client.authentication.k8s.io/\(version)")
            exec["interactiveMode"] = "Never"
            try await body(["exec": exec]) {
                let runs = (try? String(contentsOfFile: "\(folder.path)/runs", encoding: .utf8)) ?? ""
                return runs.split(separator: "\n").count
            }
        }
    }

    private static func print(_ version: String, _ fields: String) -> String {
        "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/\(version)\",\"status\":{\(fields)}}'"
    }

    @Test(arguments: ["v1", "v1beta1"])
    func `a plug-in runs once and its token is kept`(version: String) async throws {
        let script = CredentialTests.print(version, "\"token\":\"plugin-token\"")
        try await withPlugin(script, version: version) { user, runs in
            try await withGuard({ "Bearer plugin-token" }, user: user) { _, client in
                await withTaskGroup { group in
                    for _ in 0..<10 { group.addTask { #expect(await get(client) == nil) } }
                }
                #expect(runs() == 1)
            }
        }
    }

    @Test func `a plug-in runs again when its token expires, or is refused`() async throws {
        let expired = CredentialTests.print(
            "v1",
            "\"token\":\"t-'$N'\",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\""
        )
        try await withPlugin(expired) { user, runs in
            try await withStubServer {
                [
                    $0.headers["authorization"] == "Bearer t-\($0.number + 1)"
                        ? CredentialTests.fine : CredentialTests.unauthorized
                ]
            } _: { server in
                let client = try client(server, user: user)
                for _ in 0..<3 { #expect(await get(client) == nil) }
                #expect(runs() == 3)
            }
        }
        let lasting = CredentialTests.print(
            "v1",
            "\"token\":\"t-'$N'\",\"expirationTimestamp\":\"2999-01-01T00:00:00.5Z\""
        )
        try await withPlugin(lasting) { user, runs in
            try await withGuard({ "Bearer t-2" }, user: user) { server, client in
                #expect(await get(client) == nil)
                #expect(await get(client) == nil)
                #expect(runs() == 2)
                #expect(server.requests.count == 3)
            }
        }
    }

    @Test func `a plug-in gets its arguments, its environment and the cluster`() async throws {
        let script = """
            test "$1 $2" = "a b c" || exit 3
            test "$OWN" = "own value" || exit 4
            case "$KUBERNETES_EXEC_INFO" in *'"cluster":{'*'"config":{"x":1}'*'"server":'*'"interactive":false'*) ;; *) exit 5;; esac
            \(CredentialTests.print("v1", "\"token\":\"told-token\""))
            """
        let fields: JSON = [
            "args": ["a", "b c"], "env": [["name": "OWN", "value": "own value"]], "provideClusterInfo": true,
        ]
        try await withPlugin(script, fields: fields) { user, _ in
            try await withStubServer { _ in
                [CredentialTests.fine]
            } _: { server in
                let cluster: JSON = [
                    "extensions": [["name": "client.authentication.k8s.io/exec", "extension": ["x": 1]]]
                ]
                let json = kubeconfig(server.url, user: user, cluster: cluster)
                let configuration = try KubeConfiguration(kubeconfig: json, folder: "/", context: nil)
                let client = KubeClient(configuration: configuration, wire: HTTPWire())
                #expect(await get(client) == nil)
                #expect(server.requests.first?.headers["authorization"] == "Bearer told-token")
            }
        }
    }

    @Test(arguments: [
        ("exit 7", "status 7"), ("echo 'please log in' >&2; exit 1", "please log in"),
        ("echo '{'", "one JSON document"),
        ("echo '{}'", "ExecCredential"), (print("v1beta1", "\"token\":\"x\""), "ExecCredential of"),
        (print("v1", ""), "neither a token nor"), (print("v1", "\"clientKeyData\":\"x\""), "not both"),
        (print("v1", "\"token\":\"x\",\"expirationTimestamp\":\"soon\""), "RFC 3339"),
        ("head -c 2000000 /dev/zero", "more than"),
    ])
    func `a plug-in that fails says so, without what it printed`(script: String, words: String) async throws {
        try await withPlugin(script) { user, _ in
            try await withGuard({ "x" }, user: user) { server, client in
                let error = await get(client)
                #expect(error?.reason == .configuration)
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test(.timeLimit(.minutes(2))) func `a plug-in that hangs is stopped at its deadline`() async throws {
        var plugin = ExecPlugin(
            command: "/bin/sh",
            arguments: ["-c", "sleep 600"],
            environment: [:],
            apiVersion: ExecPlugin.apiVersions[0],
            interactiveMode: .never,
            cluster: nil,
            installHint: ""
        )
        plugin.deadline = .milliseconds(300)
        let hanging = plugin
        let error = await kubeError { () async throws(KubeError) in try await hanging.run() }
        #expect(error?.message.contains("did not end within") == true)
    }

    @Test func `a plug-in that is not installed names what to do`() async throws {
        let exec: JSON = [
            "command": "no-such-plugin-anywhere", "apiVersion": "client.authentication.k8s.io/v1",
            "installHint": "Install it from the vendor.",
        ]
        try await withGuard({ "x" }, user: ["exec": exec]) { _, client in
            #expect(await get(client)?.message.contains("is not installed. Install it from the vendor.") == true)
        }
    }
}
