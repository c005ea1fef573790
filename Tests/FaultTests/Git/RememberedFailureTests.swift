// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeObjects
import SyncLoop
import SyncRender
import SyncSource
import TestKit
import Testing

/// A commit that cannot be rendered is read once, not at every look at the repository.
@Suite(.timeLimit(.minutes(2)))
struct RememberedFailureTests {
    private static func failure(of stage: SourceStage, at tip: SourceTip) async throws -> RenderFailure? {
        do {
            _ = try await stage.rendered(at: tip)
            return nil
        } catch let failure as RenderFailure {
            return failure
        }
    }

    @Test func `Secrets of a commit that does not render are known before a word of it is shown`() async throws {
        try await withTemporaryFolder { folder in
            let git = try GitFolder(at: folder.appending(path: "repository.git"))
            let good = "apiVersion: v1\nkind: Secret\nmetadata: {name: good}\nstringData: {a: Uw7kQ29zLmTop}\n"
            let faulty = "apiVersion: v1\nkind: Secret\nmetadata: {nam: x}\nstringData: {b: Hb4tY81xPqLow}\n"
            try git.commit(
                ["infra/a.yaml": good, "infra/b.yaml": faulty, "infra/c.yaml": "Uw7kQ29zLmTop: 1\nUw7kQ29zLmTop: 2\n"],
                message: "rotate: was Uw7kQ29zLmTop and Hb4tY81xPqLow"
            )
            let redactor = Redactor()
            let reader = SourceReader(
                spec: RepositorySpec(url: git.path, ref: .branch("main"), path: "infra"),
                credentials: nil,
                folder: folder.appending(path: "mirror").path(percentEncoded: false),
                workerExecutable: try TestProducts.path(of: "sternpost"),
                redactor: redactor
            )
            let stage = SourceStage(reader: reader)
            let failure = try #require(try await Self.failure(of: stage, at: try await stage.poll()))
            #expect(failure.problems.count > 1)
            for text in failure.problems.map(\.description) + [failure.commit.subject] {
                let shown = redactor.redact(text)
                #expect(!shown.contains("Uw7kQ29zLmTop") && !shown.contains("Hb4tY81xPqLow"), "\(shown)")
            }
        }
    }

    @Test func `what does not render is remembered by its commit, and by its tree`() async throws {
        try await withTemporaryFolder { folder in
            let git = try GitFolder(at: folder.appending(path: "repository.git"))
            try git.commit(["infra/a.yaml": "a: [\n"])
            let mirror = folder.appending(path: "mirror").path(percentEncoded: false)
            let reader = SourceReader(
                spec: RepositorySpec(url: git.path, ref: .branch("main"), path: "infra"),
                credentials: nil,
                folder: mirror,
                workerExecutable: try TestProducts.path(of: "sternpost")
            )
            let stage = SourceStage(reader: reader)
            let first = try await stage.poll()
            let failure = try #require(try await Self.failure(of: stage, at: first))
            try git.commit(["README.md": "another commit, the same manifests"])
            let second = try await stage.poll()
            let again = try #require(try await Self.failure(of: stage, at: second))
            #expect(again.problems == failure.problems)
            #expect(again.commit.id == second.commitID && first.commitID != second.commitID)
            // Reading would make the mirror anew.
            try FileManager.default.removeItem(atPath: mirror)
            #expect(try await Self.failure(of: stage, at: second) == again)
            #expect(!FileManager.default.fileExists(atPath: mirror))
            try git.commit(["infra/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"])
            let mended = try await stage.poll()
            #expect(try await stage.rendered(at: mended).objects.count == 1)
        }
    }
}
