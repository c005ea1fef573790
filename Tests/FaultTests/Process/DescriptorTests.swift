// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeObjects
import SceneKit
import SyncLoop
import TestKit
import Testing

extension ProcessFaultTests {
    /// The operator runs out of file descriptors, and gives back those it had.
    @Suite(.timeLimit(.minutes(5)))
    struct DescriptorTests {
        /// Sets how many descriptors a running process may have.
        private func limit(_ process: OperatorProcess, to count: Int) throws {
            let words = ["--pid=\(process.pid)", "--nofile=\(count):1024"]
            let result = try runProgram("prlimit", words, package: "util-linux")
            #expect(result.status == 0, "\(result.errors)")
        }

        @Test func `P10: out of descriptors, passes fail by name, and go on when there are some again`() async throws {
            try await withEmbeddedScene { scene, _ in
                let bystanders = try await scene.plantBystanders()
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.wrapper = ["prlimit", "--nofile=1024"]
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    try limit(process, to: 8)
                    try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                    try await eventually("it is out of descriptors") {
                        process.text.contains("Too many open files")
                    }
                    try limit(process, to: 1024)
                    try await scene.isSynced("c0", "2")
                    try await eventually("the descriptors are given back") { process.openDescriptors < 55 }
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                #expect(try await scene.hasIntactChain("operator"))
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        private func refusals(_ process: OperatorProcess) -> Int {
            process.text.components(separatedBy: "does not render").count
        }

        @Test func `P10: passes that fail leave no descriptor open`() async throws {
            try await withEmbeddedScene { scene, cluster in
                try scene.commit(scene.baseFiles(configMaps: 1))
                try await scene.withOperator { process in
                    try await scene.isSynced("c0", "1")
                    let actions: [FaultAction] = [
                        .reset, .cutShort(afterBytes: 20), .dropAnswer,
                        .failure(status: 500, reason: "InternalError", message: "scripted"),
                    ]
                    var counts: [Int] = []
                    for round in 0..<8 {
                        let rule = cluster.faults.add(
                            FaultRule("PATCH", "*/configmaps/*", actions[round % actions.count], on: .first(1))
                        )
                        let before = refusals(process)
                        try scene.commit(["c0.yaml": scene.configMap("c0", "round \(round)"), "broken.yaml": "a: ["])
                        try await eventually("the commit does not render") { refusals(process) > before }
                        try scene.commit(["broken.yaml": nil])
                        try await scene.isSynced("c0", "round \(round)")
                        #expect(cluster.faults.hits(rule) > 0)
                        cluster.faults.remove(rule)
                        counts.append(process.openDescriptors)
                    }
                    // Connections that are kept may come and go; a leak would add some in each round.
                    #expect((counts.last ?? 0) <= (counts.first ?? 0) + 6, "\(counts)")
                }
                try await scene.checkPromises()
            }
        }
    }
}
