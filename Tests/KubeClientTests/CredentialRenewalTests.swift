// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import Synchronization
import TestKit
import Testing

@testable import KubeClient

/// Settings that are read again after a refusal, while other requests go on.
@Suite(.timeLimit(.minutes(1)))
struct CredentialRenewalTests {
    private static let url = "https://cluster.example.org:6443"

    private static func configuration(user: JSON) throws -> KubeConfiguration {
        try KubeConfiguration(kubeconfig: kubeconfig(url, user: user), folder: "/", context: nil)
    }

    @Test func `a reading that takes long is one for all, and keeps nobody from the credential in hand`() async throws {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        let fresh = try Self.configuration(user: ["token": "new-token"])
        let reads = Mutex(0)
        let source = CredentialSource(
            try Self.configuration(user: ["token": "old-token"]),
            redactor: Redactor(),
            renewal: {
                reads.withLock { $0 += 1 }
                for await _ in gate {}
                return fresh
            }
        )
        let old = try await source.current()
        let answers = try await withThrowingTaskGroup(of: Bool.self, returning: [Bool].self) { group in
            defer { opening.finish() }
            for _ in 0..<10 { group.addTask { await source.invalidate(old) } }
            try await eventually("all ten wait for one reading") { await source.renewalWaiterCount == 10 }
            try await eventually("the settings are being read") { reads.withLock { $0 } == 1 }
            let meanwhile = try await source.current()
            #expect(meanwhile.authorization == "Bearer old-token")
            opening.finish()
            var answers: [Bool] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
        #expect(answers == Array(repeating: true, count: 10))
        let now = try await source.current()
        #expect(now.authorization == "Bearer new-token")
        #expect(reads.withLock { $0 } == 1)
    }

    @Test func `a reading that hangs is waited for no longer than its limit, and counts when it ends after all`()
        async throws
    {
        let (gate, opening) = AsyncStream<Void>.makeStream()
        defer { opening.finish() }
        let fresh = try Self.configuration(user: ["token": "new-token"])
        let reads = Mutex(0)
        let source = CredentialSource(
            try Self.configuration(user: ["token": "old-token"]),
            redactor: Redactor(),
            renewal: {
                reads.withLock { $0 += 1 }
                for await _ in gate {}
                return fresh
            },
            renewalLimit: .milliseconds(300)
        )
        let old = try await source.current()
        // The second finds a reading that has taken too long already.
        for _ in 0..<2 {
            let isRenewed = await source.invalidate(old)
            #expect(!isRenewed)
        }
        let waiters = await source.renewalWaiterCount
        #expect(waiters == 0)
        let meanwhile = try await source.current()
        #expect(meanwhile.authorization == "Bearer old-token")
        opening.finish()
        try await eventually("the new token is taken") {
            try await source.current().authorization == "Bearer new-token"
        }
        #expect(reads.withLock { $0 } == 1)
        let isRenewed = await source.invalidate(old)
        #expect(isRenewed)
    }

    @Test func `what a plug-in of the old settings brings after a renewal is not taken`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path(percentEncoded: false)
            let answer = #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":"#
            let script = """
                #!/bin/sh
                if test -e '\(path)/second'; then
                    touch '\(path)/begun'
                    until test -e '\(path)/go'; do sleep 0.02; done
                fi
                echo '\(answer){"token":"plugin-token","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
                """
            let plugin = folder.appending(path: "plugin").path(percentEncoded: false)
            try Data(script.utf8).write(to: URL(filePath: plugin))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: plugin)
            let exec: JSON = [
                "command": .string(plugin), "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
            ]
            let fresh = try Self.configuration(user: ["token": "new-token"])
            let source = CredentialSource(
                try Self.configuration(user: ["exec": exec]),
                redactor: Redactor(),
                renewal: { fresh }
            )
            let old = try await source.current()
            #expect(old.authorization == "Bearer plugin-token")
            try Data().write(to: folder.appending(path: "second"))
            async let late = source.current()
            try await eventually("the plug-in runs again") {
                FileManager.default.fileExists(atPath: folder.appending(path: "begun").path(percentEncoded: false))
            }
            let isRenewed = await source.invalidate(old)
            #expect(isRenewed)
            try Data().write(to: folder.appending(path: "go"))
            let came = try await late
            #expect(came.authorization == "Bearer new-token")
            let now = try await source.current()
            #expect(now.authorization == "Bearer new-token")
        }
    }

    @Test(arguments: ["client-key", "client-certificate"])
    func `a certificate or key that is a pipe is refused, and nobody waits for it`(field: String) async throws {
        try await withTemporaryFolder { folder in
            let pipe = folder.appending(path: "pipe").path(percentEncoded: false)
            try #require(mkfifo(pipe, 0o600) == 0)
            let error = await kubeError { () async throws(KubeError) -> KubeConfiguration in
                let user: JSON = [field: .string(pipe)]
                return try KubeConfiguration(kubeconfig: kubeconfig(Self.url, user: user), folder: "/", context: nil)
            }
            #expect(error?.message.contains("is no regular file") == true, "\(error?.message ?? "")")
        }
    }
}
