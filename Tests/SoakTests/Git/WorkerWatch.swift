// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Watches the memory of the git processes below one folder, and of this process, while something is tried.
final class WorkerWatch: Sendable {
    private let home: String
    private let peaks = Mutex((worker: 0, own: 0))
    private let isOver = Mutex(false)

    /// The most memory that any worker had resident, in bytes.
    var workerPeak: Int { peaks.withLock { $0.worker } }
    /// The most memory that this process had resident above what it had at the start, in bytes.
    var ownPeak: Int { peaks.withLock { $0.own } }

    /// - Parameters:
    ///   - folder: The workers' HOME is below it.
    ///   - body: What is tried.
    /// - Returns: The watch, with its figures, what `body` returned, and how long it took.
    /// - Throws: What `body` throws.
    static func watching<Value>(
        _ folder: String,
        _ body: () async throws -> Value
    ) async rethrows -> (watch: WorkerWatch, value: Value, took: Duration) {
        let watch = WorkerWatch(home: folder)
        let before = WorkerWatch.resident(of: "self", "VmRSS:")
        Thread { watch.look(from: before) }.start()
        let began = ContinuousClock.now
        defer { watch.isOver.withLock { $0 = true } }
        let value = try await body()
        return (watch, value, began.duration(to: .now))
    }

    private init(home: String) { self.home = home }

    private func look(from before: Int) {
        while !isOver.withLock({ $0 }) {
            let own = WorkerWatch.resident(of: "self", "VmRSS:") - before
            var worker = 0
            for pid in workers() { worker = max(worker, WorkerWatch.resident(of: pid, "VmHWM:")) }
            peaks.withLock { $0 = (max($0.worker, worker), max($0.own, own)) }
            usleep(5_000)
        }
    }

    private func workers() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { name in
            guard Int(name) != nil, let bytes = FileManager.default.contents(atPath: "/proc/\(name)/environ") else {
                return false
            }
            return bytes.range(of: Data("HOME=\(home)".utf8)) != nil
        }
    }

    private static func resident(of pid: String, _ key: String) -> Int {
        let text = FileManager.default.contents(atPath: "/proc/\(pid)/status").map {
            String(decoding: $0, as: UTF8.self)
        }
        let line = text?.split(separator: "\n").first { $0.hasPrefix(key) }
        return (line?.split(separator: "\t").last?.split(separator: " ").first.flatMap { Int($0) } ?? 0) << 10
    }
}
