// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import Logging
import TestKit
import Testing

@testable import SyncImages

/// An image whose name cannot be read, from the board to `sternpost images`.
@Suite(.timeLimit(.minutes(1))) struct UnnamedImageTests {
    private static let image = "registry.example.com/Team/web:latest"

    private func row() throws -> ImageRow {
        let object = try KubeObject([
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["name": "web", "namespace": "shop", "uid": "uid-1", "resourceVersion": "1"],
            "spec": ["template": ["spec": ["containers": [["name": "web", "image": .string(Self.image)]]]]],
        ])
        let workload = try #require(FollowedWorkload(object, policy: ImagePolicy()))
        return ImageRow(project: "posts", workload: workload, try #require(workload.unnamed.first), by: Redactor())
    }

    @Test func `images tells its reason, and that it needs a person`() async throws {
        try await withTool { tool in
            let board = ImageBoard(
                folder: tool.folder.path,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            board.show([try row()], of: "posts", inventory: "sternpost")
            let result = try await tool.run("images", "-o", "json", "--data-dir", tool.folder.path)
            #expect(result.status == 1, "\(result.errors)")
            let rows = try #require(try result.json.array)
            #expect(rows.count == 1)
            let shown = try #require(rows.first)
            #expect(shown["image"]?.string == Self.image && shown["container"]?.string == "web")
            #expect(shown["state"]?.string == "unreadable")
            let detail = shown["detail"]?.string ?? ""
            #expect(detail.contains("no capital letters"), "\(detail)")
            #expect(detail.hasSuffix("correct it in git"), "\(detail)")
        }
    }
}
