// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import TestKit
import Testing

/// Looks for secrets wherever something is said or stored, and records an issue for each place that holds one.
struct SinkSearch {
    /// Every spelling of the secrets.
    let forms: [String]

    /// A text that somebody reads: output, a log, a page.
    func expectNone(in text: String, _ place: String, _ sourceLocation: SourceLocation = #_sourceLocation) {
        expectNone(in: Data(text.utf8), place, sourceLocation)
    }

    private func expectNone(in bytes: Data, _ place: String, _ sourceLocation: SourceLocation) {
        let isFound = !SecretCanary.found(forms, in: bytes).isEmpty
        #expect(!isFound, "\(place) holds a secret", sourceLocation: sourceLocation)
    }

    /// Every byte of a data folder, but for the repository's own objects in the mirror.
    ///
    /// - Returns: How many files were looked at.
    @discardableResult
    func expectNone(inFilesOf folder: String, _ sourceLocation: SourceLocation = #_sourceLocation) throws -> Int {
        var count = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
                !name.contains(".git/objects/")
            else { continue }
            count += 1
            expectNone(in: try Data(contentsOf: URL(filePath: path)), name, sourceLocation)
        }
        return count
    }

    /// Everything in a cluster: events, the inventory, whatever else can be listed.
    ///
    /// - Parameters:
    ///   - scene: Whose cluster it is.
    ///   - sourceLocation: Where the test stands.
    ///   - shown: What of an object must hold no secret; nil for one that is meant to hold them.
    /// - Returns: How many objects were looked at.
    /// - Throws: What reading the cluster throws.
    @discardableResult
    func expectNone(
        inClusterOf scene: Scene,
        _ sourceLocation: SourceLocation = #_sourceLocation,
        shown: (KubeObject) -> JSON?
    ) async throws -> Int {
        let catalog = try await scene.client.discover()
        var count = 0
        for resource in catalog.resources where resource.verbs.contains("list") {
            for object in try await scene.client.list(resource).objects {
                guard let json = shown(object) else { continue }
                count += 1
                expectNone(in: json.text, "\(object.id) in the cluster", sourceLocation)
            }
        }
        return count
    }
}
