// SPDX-License-Identifier: Apache-2.0
import CMalloc
import Foundation

/// The resident memory of this process, as Linux tells it.
enum ResidentMemory {
    /// The bytes by which resident memory peaked above its start while `work` ran; nil where `/proc` does not tell.
    static func growth(during work: () throws -> any Sendable) throws -> Int? {
        _ = malloc_trim(0)  // memory freed before would be used again and not count
        // "5" sets the peak back to the present size (proc_pid_clear_refs(5)).
        guard (try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))) != nil,
            let before = bytes("VmRSS:")
        else {
            _ = try work()
            return nil
        }
        let result = try work()
        return withExtendedLifetime(result) { bytes("VmHWM:") }.map { max(0, $0 - before) }
    }

    private static func bytes(_ field: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1_024 }
    }
}
