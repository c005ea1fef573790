// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

extension ProcessFaultTests {
    /// A leader that cannot renew its lease in the middle of an apply, or that stands still for longer than the lease lasts.
    @Suite(.timeLimit(.minutes(5)))
    struct LostLeaseTests {
        /// So many that the apply outlasts the lease: each is slow, and so many are on their way at a time.
        private static let count = 160
        private static let width = 8
        private static let slow = FaultRule("PATCH", "*/configmaps/*", .delay(.seconds(1)))

        private func appliesSoFar(_ cluster: EmbeddedCluster) -> Int { cluster.faults.count("PATCH", "*/configmaps/*") }

        /// Starts an operator and waits until it is in the middle of its first apply.
        private func inTheMiddle(
            of scene: Scene,
            _ cluster: EmbeddedCluster,
            _ rule: FaultRule = slow,
            _ body: (OperatorProcess) async throws -> Void
        ) async throws {
            try scene.commit(scene.baseFiles(configMaps: LostLeaseTests.count))
            cluster.faults.add(rule)
            try await scene.withOperator("first") { first in
                try await eventually("the apply is under way", within: .seconds(60)) {
                    appliesSoFar(cluster) >= 2 * LostLeaseTests.width
                }
                try await body(first)
            }
        }

        @Test func `P9: a leader that cannot renew stops writing before others may take over`() async throws {
            try await withEmbeddedScene { scene, cluster in
                let bystanders = try await scene.plantBystanders()
                try await inTheMiddle(of: scene, cluster) { first in
                    // Only the lease is out of reach: everything else would still go through.
                    let cut = cluster.faults.add(FaultRule("*", "/apis/coordination.k8s.io/*", .reset))
                    try await eventually("the lease is lost") { first.text.contains("no longer leading") }
                    #expect(cluster.faults.hits(cut) > 0)
                    let sent = appliesSoFar(cluster)
                    #expect(sent < LostLeaseTests.count)
                    try await eventually("it tries to lead again") { first.text.contains("cannot take the lease") }
                    #expect(appliesSoFar(cluster) == sent)
                    // Later tries, which got no lease, may have rows of their own.
                    let runs = try await scene.runs(of: "first")
                    let run = try #require(runs.last { $0.run.outcome == .interrupted })
                    let messages = run.messages.joined()
                    #expect(
                        messages.contains(
                            "the lease \(scene.project.namespace)/sternpost-\(scene.project.name) was lost"
                        )
                    )
                    #expect(run.mutations.allSatisfy { $0.ending != .open })

                    // When the lease is in reach again, the next pass finishes the work.
                    cluster.faults.removeAll()
                    try await scene.isSynced("c\(LostLeaseTests.count - 1)", "1")
                }
                #expect(try await scene.hasIntactChain("first"))
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        @Test func `P9: after SIGSTOP and SIGCONT the lease comes before any write`() async throws {
            try await withEmbeddedScene { scene, cluster in
                let bystanders = try await scene.plantBystanders()
                // From the second round on none is answered, so that nothing is being sent when it stands still: what stands
                // between the question for the lease and the sending of a byte sends that byte afterwards.
                let gate = Gate()
                let held = FaultRule("PATCH", "*/configmaps/*", .waits(for: gate), on: .from(LostLeaseTests.width + 1))
                try await inTheMiddle(of: scene, cluster, held) { first in
                    first.send(SIGSTOP)
                    gate.open()
                    let leader = try await scene.leader()
                    // The other one takes over while the first stands still, and does all of the work.
                    try await scene.withOperator("second") { second in
                        try await scene.leader(other: leader)
                        cluster.faults.removeAll()
                        try await scene.isSynced("c\(LostLeaseTests.count - 1)", "1")
                        try await eventually("the second's pass has ended") { second.text.contains("synced") }
                        cluster.faults.forgetRequests()
                        first.send(SIGCONT)
                        try await eventually("the first stands by") { first.text.contains("standing by") }
                        let writes = cluster.faults.requests.filter(\.isWrite)
                        let others = writes.filter { !$0.path.contains("/leases/") }.map { "\($0.method) \($0.path)" }
                        #expect(others == [])
                        #expect(cluster.faults.count("get", "*/leases/*") > 0)
                    }
                    let run = try #require(try await scene.runs(of: "first").last)
                    #expect(run.run.outcome == .interrupted)
                    let messages = run.messages.joined()
                    #expect(messages.contains("ran out"))
                    #expect(run.mutations.allSatisfy { $0.ending != .open })
                }
                for name in ["first", "second"] { #expect(try await scene.hasIntactChain(name)) }
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        @Test func `P9: a lease that another took or that was deleted is not written over`() async throws {
            try await withEmbeddedScene { scene, cluster in
                try scene.commit(scene.baseFiles(configMaps: 2))
                try await scene.withOperator { process in
                    let leader = try await scene.leader()
                    try await scene.isSynced("c1", "1")
                    let leases = CoreResources.resource("coordination.k8s.io/v1", "Lease", "leases")
                    // Somebody takes it by force, and stays.
                    _ = try await scene.client.patch(
                        leases,
                        namespace: scene.project.namespace,
                        name: "sternpost-\(scene.project.name)",
                        type: .merge,
                        body: ["spec": ["holderIdentity": "usurper", "leaseDurationSeconds": 3600]],
                        fieldManager: "somebody"
                    )
                    try await eventually("it stands by") { process.text.contains("usurper leads") }
                    try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                    cluster.faults.forgetRequests()
                    try await eventually("it looks often") { cluster.faults.count("get", "*/leases/*") > 4 }
                    #expect(cluster.faults.writeCount == 0)
                    #expect(try await scene.lease()?.spec?["holderIdentity"] == "usurper")
                    // And gives it up by deleting it.
                    let uid = try #require(try await scene.lease()?.uid)
                    _ = try await scene.client.delete(
                        leases,
                        namespace: scene.project.namespace,
                        name: "sternpost-\(scene.project.name)",
                        uid: uid,
                        propagation: .background
                    )
                    #expect(try await scene.leader() == leader)
                    try await scene.isSynced("c0", "2")
                }
                try await scene.checkPromises()
            }
        }
    }
}
