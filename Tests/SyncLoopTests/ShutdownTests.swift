// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import HTTPWire
import KubeClient
import KubeObjects
import Logging
import SyncLoop
import SyncRecord
import SyncSource
import TestKit
import Testing

/// What a pass leaves behind that is stopped before it has read anything.
@Suite(.timeLimit(.minutes(1)))
struct ShutdownTests {
    /// A pass over a repository that is not there.
    private func outcome(isCancelled: Bool) async throws -> (outcome: RunOutcome, rows: Int) {
        try await withTemporaryFolder { folder in
            let kubeconfig: JSON = [
                "current-context": "a", "clusters": [["name": "a", "cluster": ["server": "https://127.0.0.1:1"]]],
                "contexts": [["name": "a", "context": ["cluster": "a"]]],
            ]
            let client = KubeClient(
                configuration: try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil),
                wire: HTTPWire()
            )
            let source = RepositorySpec(url: "\(folder.path)/absent.git", ref: .branch("main"), path: "infra")
            let history = try await History.open(folder: "\(folder.path)/data", mode: .operate)
            let factory = PreparerFactory(client: client, dataFolder: folder.path, workerExecutable: "/bin/false")
            let reconciler = ProjectReconciler(
                preparer: try await factory.preparer(for: Project(name: "posts", namespace: "ns", source: source)),
                history: history,
                settings: .init(recordsQuietPasses: false),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let outcome = await withTaskGroup(of: RunOutcome.self) { group in
                group.addTask {
                    if isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
                    return await reconciler.pass(.start).outcome
                }
                return await group.next() ?? .unknown
            }
            let rows = try await history.runs(project: "posts", limit: 10).count
            try await history.close()
            return (outcome, rows)
        }
    }

    @Test func `a pass that a shutdown stops leaves no failed row`() async throws {
        #expect(try await outcome(isCancelled: true) == (.interrupted, 0))
    }

    @Test func `a pass that cannot read its source leaves one`() async throws {
        #expect(try await outcome(isCancelled: false) == (.failed, 1))
    }
}
