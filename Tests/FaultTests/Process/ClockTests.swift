// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

extension ProcessFaultTests {
    /// The wall clock of the operator's process jumps; its monotonic clock goes on, as with a real clock that is set.
    @Suite(.timeLimit(.minutes(5)))
    struct ClockTests {
        @Test func `P6: jumps of the clock change neither intervals nor lease nor the audit's order`() async throws {
            try await withEmbeddedScene { scene, _ in
                let clock = try WallClock(in: scene.folder)
                var options = Scene.OperatorOptions()
                options.environment = try clock.environment()
                try scene.commit(scene.baseFiles(configMaps: 1))
                try await scene.withOperator(options: options) { process in
                    let leader = try await scene.leader()
                    try await scene.isSynced("c0", "1")
                    for (value, offset) in [("2", Int64(3600)), ("3", -3600), ("4", 0)] {
                        try clock.set(offset)
                        // A renewal and a pass under the new time.
                        let before = try await scene.lease()?.spec?["renewTime"]
                        try await eventually("the lease is renewed") {
                            try await scene.lease()?.spec?["renewTime"] != before
                        }
                        try scene.commit(["c0.yaml": scene.configMap("c0", value)])
                        try await scene.isSynced("c0", value)
                        try await eventually("the pass is written down") {
                            let last = try await scene.runs(of: "operator").last
                            return last?.run.outcome == .succeeded && last?.run.counts.configured == 1
                        }
                        #expect(try await scene.leader() == leader)
                    }
                    #expect(!process.text.contains("no longer leading"))
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                let runs = try await scene.runs(of: "operator").map(\.run)
                #expect(runs.map(\.id) == runs.map(\.id).sorted())
                // The clock really jumped, there and back, while the order stayed.
                let steps = zip(runs.dropFirst(), runs).map { $0.startedAt.timeIntervalSince($1.startedAt) }
                #expect(steps.contains { $0 > 3000 })
                #expect(steps.contains { $0 < -3000 })
                #expect(try await scene.lease()?.spec?["leaseTransitions"]?.int == 0)
                #expect(try await scene.hasIntactChain("operator"))
                try await scene.checkPromises()
            }
        }

        @Test(arguments: [3600, -3600])
        func
            `P6: an operator whose clock is an hour off neither takes over from a living leader nor waits for a dead one`(
                offset: Int64
            ) async throws
        {
            try await withEmbeddedScene { scene, cluster in
                let clock = try WallClock(in: scene.folder)
                try clock.set(offset)
                var options = Scene.OperatorOptions()
                options.environment = try clock.environment()
                try scene.commit(scene.baseFiles(configMaps: 1))
                try await scene.withOperator("right") { right in
                    let leader = try await scene.leader()
                    try await scene.withOperator("skewed", options: options) { skewed in
                        try await eventually("it stands by") { skewed.text.contains("standing by") }
                        cluster.faults.forgetRequests()
                        // More looks than a lease is long.
                        try await eventually("it looks on") { cluster.faults.count("get", "*/leases/*") > 12 }
                        #expect(try await scene.leader() == leader)
                        #expect(!skewed.text.contains(" leading "))
                        right.send(SIGKILL)
                        _ = try await right.ending()
                        try await scene.leader(other: leader, within: .seconds(30))
                    }
                }
                try await scene.checkPromises()
            }
        }
    }
}
