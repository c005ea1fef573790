// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit
import YAMLText

/// kubectl as an oracle: what it reads out of files and what it prints, without any server.
extension Kubectl {
    /// What kubectl reads from each text: the objects by the text's index, in order; a text that it refuses has no entry.
    /// All texts go through one process.
    ///
    /// The texts' objects must be named `case<index>` with anything behind a `-`.
    static func read(_ texts: [[UInt8]]) async throws -> [Int: [JSON]] {
        let (output, errors) = try await print(texts, as: "json")
        var objects: [Int: [JSON]] = [:]
        for document in try YAMLText.documents(in: Array(output.utf8)) {
            var object = document.json
            object["metadata"]?["labels"]?["oracle"] = nil
            if object["metadata"]?["labels"]?.object?.isEmpty == true { object["metadata"]?["labels"] = nil }
            let name = object["metadata"]?["name"]?.string ?? ""
            guard let index = Int(name.dropFirst(4).prefix { $0.isNumber }) else { continue }
            objects[index, default: []].append(object)
        }
        for match in errors.matches(of: #/(?<index>\d+)\.yaml/#) {
            if let index = Int(match.output.index) { objects[index] = nil }
        }
        return objects
    }

    /// Standard output and standard error of kubectl for these files, each object with the label `oracle=x` added.
    static func print(_ texts: [[UInt8]], as format: String) async throws -> (output: String, errors: String) {
        try await withTemporaryFolder { folder in
            let files = folder.appending(path: "files")
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
            for (index, text) in texts.enumerated() {
                try Data(text).write(to: files.appending(path: "\(index).yaml"))
            }
            let result = try await run(["label", "--local", "-f", files.path, "oracle=x", "-o", format])
            return (result.output, result.errors)
        }
    }
}
