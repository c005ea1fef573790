// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit
import YAMLText

/// kubectl as an oracle: what it reads out of files and what it prints, without any server.
enum Kubectl {
    /// The program's path, nil where it is not installed.
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
        .split(separator: ":").map { "\($0)/kubectl" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What kubectl reads from each text: the objects by the text's index, in order. A text that it refuses gives none,
    /// or those that stand above the error. All texts go through one process.
    ///
    /// The texts' objects must be named `case<index>` with anything behind a `-`.
    static func read(_ texts: [[UInt8]]) async throws -> [Int: [JSON]] {
        let output = try await print(texts, as: "json")
        guard !output.isEmpty else { return [:] }
        var objects: [Int: [JSON]] = [:]
        for document in try YAMLText.documents(in: Array(output.utf8)) {
            var object = document.json
            object["metadata"]?["labels"]?["oracle"] = nil
            if object["metadata"]?["labels"]?.object?.isEmpty == true { object["metadata"]?["labels"] = nil }
            let name = object["metadata"]?["name"]?.string ?? ""
            guard let index = Int(name.dropFirst(4).prefix { $0.isNumber }) else { continue }
            objects[index, default: []].append(object)
        }
        return objects
    }

    /// Standard output of kubectl for these files, each with the label `oracle=x` added.
    static func print(_ texts: [[UInt8]], as format: String) async throws -> String {
        try await withTemporaryFolder { folder in
            let files = folder.appending(path: "files")
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
            for (index, text) in texts.enumerated() {
                try Data(text).write(to: files.appending(path: "\(index).yaml"))
            }
            let result = folder.appending(path: "out")
            try Data().write(to: result)
            let handle = try FileHandle(forWritingTo: result)
            defer { try? handle.close() }
            let process = Process()
            process.executableURL = URL(filePath: path ?? "/usr/bin/kubectl")
            process.arguments = ["label", "--local", "-f", files.path, "oracle=x", "-o", format]
            process.standardOutput = handle
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return String(decoding: try Data(contentsOf: result), as: UTF8.self)
        }
    }
}
