// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import Foundation
import GitStore
import KubeObjects
import Logging
import SyncImages
import SyncLoop
import SyncRecord
import SyncSource
import TestKit
import Testing

/// A process that is to end while it takes the lease of a project.
@Suite(.timeLimit(.minutes(1)))
struct LeaseTakingTests {
    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static let lease: JSON = [
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": ["name": "sternpost-posts", "namespace": "ns", "resourceVersion": "1", "uid": "u-1"],
    ]

    /// An API server without leases, which opens a gate when one is created, and answers that only when it may.
    private func withServer(
        _ mayAnswer: Gate,
        isTaken: Gate = Gate(),
        _ body: (StubHTTPServer) async throws -> Void
    ) async throws {
        try await withStubServer { request in
            switch request.method {
            case "GET":
                return [StubHTTPServer.refusal(404, "NotFound", "there is no such lease", about: "sternpost-posts")]
            case "POST":
                isTaken.open()
                mayAnswer.pass()
                return [.reply(201, LeaseTakingTests.lease.text)]
            default: return [.reply(200, LeaseTakingTests.lease.text)]
            }
        } _: { server in
            // Whatever the test finds, no thread of the server waits for ever.
            defer { mayAnswer.open() }
            try await body(server)
        }
    }

    private func newLease(on server: StubHTTPServer) throws -> ProjectLease {
        ProjectLease(
            store: LeaseStore(client: try server.client(), project: "posts", namespace: "ns"),
            logger: LeaseTakingTests.silent
        )
    }

    @Test func `a lease whose taking is under way at the end is taken, and released`() async throws {
        let (mayAnswer, isTaken) = (Gate(), Gate())
        try await withServer(mayAnswer, isTaken: isTaken) { server in
            let lease = try newLease(on: server)
            let taking = Task {
                await lease.renewing { () -> ProjectLease.Standing? in
                    do { return try await lease.acquire() } catch { return nil }
                }
            }
            try await eventually("the lease is being taken") { isTaken.isOpen }
            taking.cancel()
            mayAnswer.open()
            #expect(await taking.value == .leading)
            let last = try #require(server.requests.last)
            #expect(last.method == "PUT")
            #expect(try JSONParser.parse(last.body)[["spec", "holderIdentity"]]?.string == "")
        }
    }

    @Test func `a process that is to end does not begin to take a lease`() async throws {
        try await withServer(Gate()) { server in
            let lease = try newLease(on: server)
            let taking = Task { () -> LeaseError.Reason? in
                withUnsafeCurrentTask { $0?.cancel() }
                do throws(LeaseError) {
                    _ = try await lease.acquire()
                    return nil
                } catch {
                    return error.reason
                }
            }
            #expect(await taking.value == .cancelled)
            #expect(!server.lines.contains { $0.hasPrefix("POST ") })
        }
    }

    @Test func `an operator that may not start asks for no lease`() async throws {
        try await withServer(Gate()) { server in
            try await withTemporaryFolder { folder in
                let history = try await History.open(folder: "\(folder.path)/data", mode: .operate)
                let logger = LeaseTakingTests.silent
                let source = RepositorySpec(url: "\(folder.path)/absent.git", ref: .branch("main"), path: "infra")
                let project = Project(name: "posts", namespace: "ns", source: source)
                let factory = PreparerFactory(
                    client: try server.client(),
                    dataFolder: folder.path,
                    workerExecutable: "/bin/false"
                )
                let loop = try await factory.loop(
                    for: project,
                    timing: .standard,
                    history: history,
                    board: StatusBoard(projects: ["posts"]),
                    images: .init(
                        poller: try TagPoller(projects: [project], environment: [:]),
                        board: ImageBoard(folder: folder.path, logger: logger)
                    ),
                    logger: logger
                )
                try await SyncOperator(loops: [loop], logger: logger) { false }.run()
                #expect(server.lines.isEmpty)
                try await history.close()
            }
        }
    }
}
