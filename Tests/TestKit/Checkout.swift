// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The repository that these tests belong to.
package enum Checkout {
    /// Its root.
    package static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Path and text of every file below a folder, ascending by the bytes of the path.
    package static func files(below name: String) throws -> [(path: String, text: String)] {
        let root = folder.appending(path: name)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path)
            .filter { !isFolder(root.appending(path: $0)) }
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            .map { ($0, String(decoding: try Data(contentsOf: root.appending(path: $0)), as: UTF8.self)) }
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
