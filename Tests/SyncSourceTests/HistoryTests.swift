// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct HistoryTests {
    @Test func `a forced push is followed and known as one`() async throws {
        try await Scene.with { scene in
            let reader = try scene.reader()
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            _ = try await reader.pass()
            let rewritten = try scene.posts.commit(["infra/a.yaml": "3"], parent: first)
            let tip = try await reader.poll()
            #expect(tip.commitID == rewritten)
            #expect(try await reader.snapshot(tip).files.map(\.bytes) == [Array("3".utf8)])
            #expect(try await reader.relation(of: tip, to: second) == .diverged)
            #expect(try await reader.relation(of: tip, to: first) == .forward)
            #expect(try await reader.relation(of: tip, to: rewritten) == .same)
            #expect(try await reader.relation(of: tip, to: String(repeating: "0", count: 40)) == .diverged)
        }
    }

    @Test func `a branch that was reset to an older commit is followed after a second look`() async throws {
        try await Scene.with { scene in
            let reader = try scene.reader()
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            _ = try await reader.pass()
            try scene.posts.move(branch: "main", to: first)
            let tip = try await reader.poll()
            #expect(tip.commitID == first)
            #expect(try await reader.relation(of: tip, to: second) == .rewound)
        }
    }

    @Test(arguments: [true, false])
    func `an old tip from a lagging replica is not believed`(isRestarted: Bool) async throws {
        try await Scene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            let catchUp: @Sendable () async throws -> Void = { try scene.posts.move(branch: "main", to: second) }
            let reader = try scene.reader(pause: catchUp)
            _ = try await reader.pass()
            let polling = isRestarted ? try scene.reader(pause: catchUp) : reader
            try scene.posts.move(branch: "main", to: first)
            #expect(try await polling.poll().commitID == second)
        }
    }

    @Test func `a deleted branch is an error and comes back by itself`() async throws {
        try await Scene.with { scene in
            let reader = try scene.reader()
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let whole = try await reader.pass()
            try scene.posts.delete(branch: "main")
            #expect(
                await failure { () async throws(SourceError) in try await reader.poll() }?.reason == .git(.missingRef)
            )
            #expect(try await reader.snapshot(SourceTip(commitID: first, refName: "main")) == whole)
            try scene.posts.move(branch: "main", to: first)
            #expect(try await reader.poll().commitID == first)
        }
    }

    @Test func `a commit that was rewritten between poll and fetch is retried by the next poll`() async throws {
        try await Scene.with { scene in
            let reader = try scene.reader()
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            try scene.posts.commit(["infra/a.yaml": "2"])
            let tip = try await reader.poll()
            try scene.posts.commit(["infra/a.yaml": "3"], parent: first)
            let error = try #require(await failure { () async throws(SourceError) in try await reader.snapshot(tip) })
            #expect(error.reason == .git(.missingObject))
            #expect(error.isRetryable)
            #expect(try await reader.pass().files.map(\.bytes) == [Array("3".utf8)])
        }
    }
}
