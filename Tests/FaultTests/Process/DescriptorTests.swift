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
        /// Connections to the dashboard that ask nothing.
        private final class IdleClients {
            private var descriptors: [Int32] = []

            init(of address: String, count: Int) {
                let port = UInt16(address.split(separator: ":").last ?? "") ?? 0
                var target = sockaddr_in()
                target.sin_family = sa_family_t(AF_INET)
                target.sin_port = port.bigEndian
                target.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
                for _ in 0..<count {
                    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
                    let result = withUnsafePointer(to: &target) { pointer in
                        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                        }
                    }
                    guard result == 0 else {
                        close(descriptor)
                        return
                    }
                    descriptors.append(descriptor)
                }
            }

            deinit { for descriptor in descriptors { close(descriptor) } }
        }

        @Test func `P10: out of descriptors, passes fail by name, and go on when there are some again`() async throws {
            try await withEmbeddedScene { scene, _ in
                let bystanders = try await scene.plantBystanders()
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.wrapper = ["prlimit", "--nofile=64"]
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    let address = try #require(process.address)
                    try await {
                        let clients = IdleClients(of: address, count: 120)
                        try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                        try await eventually("it is out of descriptors") {
                            process.text.contains("Too many open files")
                        }
                        withExtendedLifetime(clients) {}
                    }()
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
