// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import Synchronization
import TestKit
import Testing

extension ProcessFaultTests {
    /// Nobody reads what the operator says, or there is nowhere to say it.
    @Suite(.timeLimit(.minutes(5)))
    struct SilentReaderTests {
        /// Files whose every pass says a lot: objects that no server takes.
        private func noise(_ scene: Scene) -> [String: String?] {
            var files: [String: String?] = [:]
            for index in 0..<20 {
                files["noise\(index).yaml"] = """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: noise\(index), namespace: absent-\(scene.namespace)}

                    """
            }
            return files
        }

        @Test func `P13: standard input, output and error are closed, and the operator goes on`() async throws {
            try await withEmbeddedScene { scene, _ in
                let bystanders = try await scene.plantBystanders()
                try scene.commit(scene.baseFiles(configMaps: 1).merging(noise(scene)) { $1 })
                var options = Scene.OperatorOptions()
                options.output = .closed
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    // What people should read goes nowhere, and above all into no file or connection of ours.
                    for number in 0...2 {
                        let target = try FileManager.default.destinationOfSymbolicLink(
                            atPath: "/proc/\(process.pid)/fd/\(number)"
                        )
                        #expect(target == "/dev/null")
                    }
                    try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                    try await scene.isSynced("c0", "2")
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                #expect(try await scene.hasIntactChain("operator"))
                try scene.commit(noise(scene).mapValues { _ in nil })
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        @Test func `P13: a pipe that nobody reads stops no pass and not the end`() async throws {
            let pipe = try SmallPipe()
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1).merging(noise(scene)) { $1 })
                var options = Scene.OperatorOptions()
                options.output = .pipe(pipe.writer)
                try await scene.withOperator(options: options) { process in
                    var round = 1
                    try await eventually("the pipe is full", within: .seconds(120)) {
                        round += 1
                        try scene.commit(["c0.yaml": scene.configMap("c0", "\(round)")])
                        try await scene.isSynced("c0", "\(round)")
                        return pipe.waiting > pipe.capacity - 512
                    }
                    // Full it stays, and the operator goes on.
                    for value in ["a", "b", "c"] {
                        try scene.commit(["c0.yaml": scene.configMap("c0", value)])
                        try await scene.isSynced("c0", value)
                    }
                    #expect(pipe.waiting > pipe.capacity - 512)
                    process.send(SIGTERM)
                    #expect(try await process.ending(within: .seconds(30)) == .status(0))
                }
                #expect(try await scene.hasIntactChain("operator"))
                try scene.commit(noise(scene).mapValues { _ in nil })
                try await scene.checkPromises()
            }
        }

        @Test func `P13: a failure that nobody reads ends the operator all the same`() async throws {
            let pipe = try SmallPipe()
            try pipe.fill()
            let other = try StubHTTPServer { _ in [.close] }
            defer { other.stop() }
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                var options = Scene.OperatorOptions()
                options.output = .pipe(pipe.writer)
                options.listen = "127.0.0.1:\(other.port)"
                try await scene.withOperator(options: options) { process in
                    let ending = try await process.ending()
                    #expect(ending == .status(2))
                }
                try await scene.checkPromises()
            }
        }

        @Test func `P13: a reader that goes away ends nothing`() async throws {
            let pipe = try SmallPipe()
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1).merging(noise(scene)) { $1 })
                var options = Scene.OperatorOptions()
                options.output = .pipe(pipe.writer)
                try await scene.withOperator(options: options) { process in
                    pipe.shut(pipe.writer)
                    try await scene.isSynced("c0", "1")
                    // Its next word meets a broken pipe, and a signal that must not end it.
                    pipe.shut(pipe.reader)
                    for value in ["2", "3"] {
                        try scene.commit(["c0.yaml": scene.configMap("c0", value)])
                        try await scene.isSynced("c0", value)
                    }
                    process.send(SIGTERM)
                    #expect(try await process.ending() == .status(0))
                }
                try scene.commit(noise(scene).mapValues { _ in nil })
                try await scene.checkPromises()
            }
        }
    }
}

/// A pipe as small as the kernel makes them.
private final class SmallPipe: Sendable {
    let reader: Int32
    let writer: Int32
    let capacity: Int
    /// `F_SETPIPE_SZ` of Linux, which Glibc's module does not show.
    private static let setSize: Int32 = 1031
    private let open: Mutex<Set<Int32>>

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = (ends[0], ends[1])
        capacity = Int(fcntl(writer, SmallPipe.setSize, 4096))
        open = Mutex(Set(ends))
        try #require(capacity > 0)
    }

    deinit { for end in [reader, writer] { shut(end) } }

    /// Closes one end, once.
    func shut(_ end: Int32) {
        if open.withLock({ $0.remove(end) }) != nil { close(end) }
    }

    /// Writes until no byte more fits.
    func fill() throws {
        let flags = fcntl(writer, F_GETFL)
        try #require(fcntl(writer, F_SETFL, flags | O_NONBLOCK) == 0)
        let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 512)
        for count in [bytes.count, 1] { while write(writer, bytes, count) > 0 {} }
        let cause = errno
        // Who shares the writer is to wait for room.
        try #require(fcntl(writer, F_SETFL, flags) == 0)
        try #require(cause == EAGAIN)
    }

    /// Bytes that were written and not read.
    var waiting: Int {
        var count: Int32 = 0
        return ioctl(reader, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }
}
