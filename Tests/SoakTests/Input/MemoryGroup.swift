// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit

/// A memory cgroup (version 1) for one process: what the kernel would do to a container of that limit.
struct MemoryGroup {
    private static let root = "/sys/fs/cgroup/memory"

    /// Whether this machine lets us make one.
    static var isPossible: Bool { access(root + "/cgroup.procs", W_OK) == 0 }

    private let folder: String

    /// Makes the group.
    init(bytes: Int) throws {
        folder = "\(Self.root)/sternpost-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try "\(bytes)".write(toFile: folder + "/memory.limit_in_bytes", atomically: false, encoding: .utf8)
    }

    /// Starts a program inside the group.
    var wrapper: [String] { ["/bin/sh", "-c", "echo $$ > \(folder)/cgroup.procs && exec \"$@\"", "sh"] }

    /// The most memory that was charged, file pages included.
    var peakBytes: Int { number("memory.max_usage_in_bytes") }

    private func number(_ file: String) -> Int {
        let text = (try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)) ?? ""
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    /// Removes it; its processes have ended.
    func remove() { rmdir(folder) }
}
