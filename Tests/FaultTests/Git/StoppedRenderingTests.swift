// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeObjects
import SyncLoop
import SyncRender
import SyncSource
import TestKit
import Testing

/// A task that is cancelled while a commit is rendered ends the rendering, and nothing of it is remembered.
@Suite(.timeLimit(.minutes(3)))
struct StoppedRenderingTests {
    @Test func `a rendering that is cancelled says nothing about the commit`() async throws {
        try await withTemporaryFolder { folder in
            let git = try GitFolder(at: folder.appending(path: "repository.git"))
            let list = "spec:\n  list: [\(String(repeating: "1,", count: 40_000))1]\n"
            var files: [String: String?] = [:]
            for number in 0..<16 {
                let head = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a\(number)}\n"
                files.updateValue(head + list, forKey: "infra/a\(number).yaml")
            }
            try git.commit(files)
            let reader = SourceReader(
                spec: RepositorySpec(url: git.path, ref: .branch("main"), path: "infra"),
                credentials: nil,
                folder: folder.appending(path: "mirror").path(percentEncoded: false),
                workerExecutable: try TestProducts.path(of: "sternpost")
            )
            let stage = SourceStage(reader: reader)
            let tip = try await stage.poll()
            // Whatever the cancellation hits: the fetch, the reading of the files, the rendering.
            for delay in [0, 20, 80, 320, 1_280] {
                let rendering = Task { try await stage.rendered(at: tip) }
                try await Task.sleep(for: .milliseconds(delay))
                rendering.cancel()
                let result = await rendering.result
                #expect(throws: Never.self) {
                    do { _ = try result.get() } catch let failure as PassFailure {
                        #expect(failure.message.contains("was not rendered: it was stopped"))
                    } catch is SourceError {}
                }
            }
            let set = try await stage.rendered(at: tip)
            #expect(set.objects.count == 16)
        }
    }
    @Test(arguments: [false, true])
    func `a cancellation ends the learning of large Secrets, of a commit that renders or not`(renders: Bool)
        async throws
    {
        try await withTemporaryFolder { folder in
            let git = try GitFolder(at: folder.appending(path: "repository.git"))
            let lines = String(repeating: "a-line-\\n", count: 20_000)
            var files: [String: String?] = [:]
            for number in 0..<20 {
                let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: a\(number)}\n"
                files["infra/a\(number).yaml"] = head + "stringData: {a: \"\(lines)\", b: \(Self.value(number))}\n"
            }
            if !renders { files["infra/b.yaml"] = "kind: Nothing\n" }
            try git.commit(files)
            let redactor = Redactor()
            let stage = SourceStage(
                reader: SourceReader(
                    spec: RepositorySpec(url: git.path, ref: .branch("main"), path: "infra"),
                    credentials: nil,
                    folder: folder.appending(path: "mirror").path(percentEncoded: false),
                    workerExecutable: try TestProducts.path(of: "sternpost"),
                    redactor: redactor
                )
            )
            let tip = try await stage.poll()
            let rendering = Task { try await stage.rendered(at: tip) }
            try await eventually("the first is known") { Self.known(to: redactor) > 0 }
            rendering.cancel()
            await #expect(throws: PassFailure.self) { _ = try await rendering.value }
            #expect(Self.known(to: redactor) < 20)
            // Nothing of it counts: the next look learns all.
            let result = await Task { try await stage.rendered(at: tip) }.result
            let isRendered = (try? result.get()) != nil
            #expect(isRendered == renders)
            #expect(Self.known(to: redactor) == 20)
        }
    }

    private static func value(_ number: Int) -> String { "Uw7kQ29zLmTop\(number)end" }

    /// Of how many of the 20 Secrets it knows the short value.
    private static func known(to redactor: Redactor) -> Int {
        (0..<20).count { !redactor.redact(value($0)).contains("Uw7kQ29zLmTop") }
    }
}
