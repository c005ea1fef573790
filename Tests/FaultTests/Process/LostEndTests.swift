// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import SceneKit
import SyncLoop
import SyncRecord
import Synchronization
import TestKit
import Testing

/// Whether the disk takes no more rows once the first ConfigMap was written.
private final class FillingDisk: Sendable {
    private let fills = Mutex(true)

    func check(_ cluster: EmbeddedCluster) throws {
        guard fills.withLock({ $0 }) else { return }
        let isWritten = cluster.faults.requests.contains { $0.isWrite && $0.path.contains("/configmaps/c") }
        guard isWritten else { return }
        throw SyncRecord.RecordError(.diskFull, "history", "the disk took no more, says the test")
    }

    func free() { fills.withLock { $0 = false } }
}

@Suite(.timeLimit(.minutes(2)))
struct LostEndTests {
    @Test func `P3: a run whose rows and end found no room has the counts of its pass afterwards`() async throws {
        try await withEmbeddedScene { given, cluster in
            let disk = FillingDisk()
            let history = try await History.open(
                folder: "\(given.folder)/filling",
                mode: .operate,
                beforeCommit: { _ in try disk.check(cluster) }
            )
            let scene = given.with(history)
            try scene.commit(scene.baseFiles(configMaps: 3))
            let first = try await scene.sync()
            #expect(first.isUnrecorded)
            let counts = PassOutcome.counts(of: first.objects)
            #expect(counts.created >= 3)
            disk.free()
            try await scene.sync()
            let runs = try await history.runs(project: scene.project.name, limit: 2)
            let told = try #require(runs.last)
            #expect(told.outcome == .interrupted)
            #expect(told.counts == counts)
            let messages = try await history.detail(told.id)?.messages ?? []
            let isTold = messages.contains { $0.contains("could not be recorded: the disk was full") }
            #expect(isTold, "\(messages)")
            guard case .intact = try await history.verify() else {
                Issue.record("a full disk must not break the chain")
                return
            }
            try await history.close()
        }
    }
}
