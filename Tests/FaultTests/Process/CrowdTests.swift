// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SceneKit
import TestKit
import Testing

extension ProcessFaultTests {
    /// Crowds on the operator's port, and few descriptors.
    @Suite(.timeLimit(.minutes(5)))
    struct CrowdTests {
        /// Half of what `infra/deployment.yaml` lets the container have.
        private static let allowedBytes = 128 << 20

        /// The most memory that a process held so far.
        private func peakBytes(_ process: OperatorProcess) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try #require(Int(line.split(separator: " ").dropLast().last ?? "")) << 10
        }

        @Test func `a thousand half-sent requests and 400 silent connections stop no pass and take no memory`()
            async throws
        {
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.wrapper = ["prlimit", "--nofile=256"]
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    let port = try #require(Int(try await process.listeningAddress().split(separator: ":").last ?? ""))
                    let before = try peakBytes(process)
                    var crowd: [RawConnection] = []
                    for number in 0..<1400 {
                        let connection = try RawConnection(port: port)
                        if number < 1000 {
                            let padding = String(repeating: "x", count: 15_000)
                            connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(padding)")
                        }
                        crowd.append(connection)
                        guard number % 350 == 349 else { continue }
                        let probe = try RawConnection(port: port)
                        probe.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        #expect(await probe.answer()?.hasPrefix("HTTP/1.1 200 ") == true, "after \(number)")
                        let value = "crowd \(number)"
                        try scene.commit(["c0.yaml": scene.configMap("c0", value)])
                        try await scene.isSynced("c0", value)
                    }
                    #expect(process.openDescriptors < 200)
                    let after = try peakBytes(process)
                    #expect(after < Self.allowedBytes, "\(before >> 20) MiB before, \(after >> 20) MiB after")
                    #expect(!process.text.contains("Too many open files"))
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                #expect(try await scene.hasIntactChain("operator"))
                try await scene.checkPromises()
            }
        }

        @Test(arguments: [12, 18, 20, 22, 24, 32])
        func `with too few descriptors the operator does not start, and says why`(limit: Int) async throws {
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.wrapper = ["prlimit", "--nofile=\(limit)"]
                try await scene.withOperator(options: options) { process in
                    let ending = try await process.ending()
                    #expect(ending == .status(2), "\(process.text)")
                    #expect(process.text.contains("file descriptors are free"), "\(process.text)")
                }
            }
        }

        @Test func `a limit of descriptors that may be raised is raised before it is found too low`() async throws {
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.wrapper = ["prlimit", "--nofile=32:1024"]
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    let limits = try String(contentsOfFile: "/proc/\(process.pid)/limits", encoding: .utf8)
                    let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
                    let numbers = line.split(separator: " ").dropFirst(3).prefix(2).joined(separator: " of ")
                    #expect(numbers == "1024 of 1024", "\(line)")
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                try await scene.checkPromises()
            }
        }

        @Test(arguments: [44, 48, 64])
        func `with few descriptors the operator either says so or works`(limit: Int) async throws {
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.wrapper = ["prlimit", "--nofile=\(limit)"]
                try await scene.withOperator(options: options) { process in
                    var isRefused = false
                    try await eventually("it works or has said why not") {
                        isRefused = process.text.contains("file descriptors are free")
                        if isRefused { return true }
                        return try await scene.liveConfigMap("c0") != nil
                    }
                    // One that is refused ends by itself, and a signal could reach it in its last moment.
                    if !isRefused { process.send(SIGTERM) }
                    #expect(try await process.ending() == .status(isRefused ? 2 : 0), "\(process.text)")
                }
            }
        }

        @Test func `a history that is deleted under the operator ends all writing and turns readiness off`()
            async throws
        {
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                try await scene.withOperator { process in
                    try await scene.isSynced("c0", "1")
                    let port = try #require(Int(try await process.listeningAddress().split(separator: ":").last ?? ""))
                    func ready() async throws -> String? {
                        let probe = try RawConnection(port: port)
                        probe.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        return await probe.answer()
                    }
                    try await eventually("it is ready") { try await ready()?.contains(" 200 ") == true }
                    // Away in one step: the operator makes files in it meanwhile, and a folder that fills cannot be removed.
                    let folder = scene.dataFolder(of: "operator")
                    try FileManager.default.moveItem(atPath: folder, toPath: folder + "-gone")
                    try FileManager.default.removeItem(atPath: folder + "-gone")
                    try await eventually("readiness says why") {
                        try await ready()?.contains("was deleted or replaced") == true
                    }
                    try scene.commit(["c0.yaml": scene.configMap("c0", "unrecorded")])
                    for _ in 0..<3 {
                        let before = try #require(await ready())
                        #expect(before.contains(" 503 "))
                    }
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                    #expect(try await scene.liveConfigMap("c0")?.json["data"]?["value"]?.string == "1")
                }
                // Started anew it has a history again, and goes on.
                try await scene.withOperator { process in
                    try await scene.isSynced("c0", "unrecorded")
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
            }
        }
    }
}
