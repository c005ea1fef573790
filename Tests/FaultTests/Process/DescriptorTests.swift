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
                    let before = process.openDescriptors(besideCluster: scene)
                    #expect(before > 8)
                    try limit(process, to: 8)
                    try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                    try await eventually("it is out of descriptors") {
                        process.text.contains("Too many open files")
                    }
                    try limit(process, to: 1024)
                    try await scene.isSynced("c0", "2")
                    // The history may read with a few more connections than before.
                    try await eventually("the descriptors are given back") {
                        process.openDescriptors(besideCluster: scene) <= before + 8
                    }
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                #expect(try await scene.hasIntactChain("operator"))
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        /// How often it has said that it takes no connection.
        private func rests(_ process: OperatorProcess) -> Int {
            process.text.components(separatedBy: "no connection can be accepted now").count - 1
        }

        /// How long a processor has worked for it so far.
        private func work(_ process: OperatorProcess) throws -> Duration {
            let text = try String(contentsOfFile: "/proc/\(process.pid)/stat", encoding: .utf8)
            // Behind the name in parentheses: the 12th word is the time in its own code, the 13th that in the kernel's,
            // both in hundredths of a second.
            let words = try #require(text.split(separator: ")").last).split(separator: " ").dropFirst(11).prefix(2)
            let ticks = words.compactMap { Int($0) }
            try #require(ticks.count == 2)
            return Duration.milliseconds(10) * ticks.reduce(0, +)
        }

        @Test func `P10: out of descriptors, the port rests between two looks, and then answers who has waited`()
            async throws
        {
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.wrapper = ["prlimit", "--nofile=1024"]
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    let port = try #require(Int(try await process.listeningAddress().split(separator: ":").last ?? ""))
                    try limit(process, to: 8)
                    let begin = ContinuousClock.now
                    let before = try work(process)
                    // The silent ones take what may still be free below the limit.
                    let silent = try (0..<8).map { _ in try RawConnection(port: port) }
                    let waiting = try RawConnection(port: port)
                    waiting.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    try await eventually("it has looked several times") { rests(process) >= 4 }
                    let count = rests(process)
                    let worked = try work(process) - before
                    let passed = begin.duration(to: .now)
                    // Half a second lies between two looks, which take a processor next to no time.
                    let most: Double = passed / .milliseconds(500) + 2
                    #expect(Double(count) <= most, "\(count) in \(passed)")
                    #expect(worked < passed / 2, "\(worked) in \(passed)")
                    #expect(!waiting.isEnded)
                    try limit(process, to: 1024)
                    #expect(await waiting.answer()?.hasPrefix("HTTP/1.1 200 ") == true)
                    withExtendedLifetime(silent) {}
                    try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                    try await scene.isSynced("c0", "2")
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                #expect(try await scene.hasIntactChain("operator"))
                try await scene.checkPromises()
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
                        counts.append(process.openDescriptors(besideCluster: scene))
                    }
                    // What reads the history may come and go; a leak would add some in each round.
                    #expect((counts.last ?? 0) <= (counts.first ?? 0) + 6, "\(counts)")
                }
                try await scene.checkPromises()
            }
        }
    }
}
