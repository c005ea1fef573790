// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What other users of the machine could see of a process and its children.
struct ProcessSightings {
    private(set) var text = ""
    private(set) var children = 0
    private(set) var hasNoCore = true

    /// Reads the arguments and the environment of a process and of its children, of which some live for milliseconds only.
    mutating func look(at pid: Int32, times: Int = 200) {
        read(pid)
        for _ in 0..<times {
            let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
            for task in tasks {
                let line = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)) ?? ""
                for child in line.split(separator: " ").compactMap({ Int32($0) }) {
                    read(child)
                    children += 1
                }
            }
        }
    }

    private mutating func read(_ pid: Int32) {
        for file in ["cmdline", "environ"] {
            let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") ?? Data()
            text += String(decoding: bytes, as: UTF8.self) + "\n"
        }
        let limits = (try? String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)) ?? ""
        let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }?.split(separator: " ")
        if let core, core.dropFirst(4).first != "0" { hasNoCore = false }
    }
}
