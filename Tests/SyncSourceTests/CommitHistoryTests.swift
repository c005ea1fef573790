// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct CommitHistoryTests {
    @Test func `a forced push is followed and known as one`() async throws {
        try await SourceScene.with { scene in
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
            #expect(try await reader.relation(of: tip, to: String(repeating: "0", count: 40)) == .lost)
        }
    }

    @Test func `a branch that was reset to an older commit is followed after three further looks, once`() async throws {
        try await SourceScene.with { scene in
            let pauses = Mutex(0)
            let reader = try scene.reader(pause: { pauses.withLock { $0 += 1 } })
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            _ = try await reader.pass()
            try scene.posts.move(branch: "main", to: first)
            let told = Mutex<[String]>([])
            let tip = try await reader.poll(after: second) { tip in told.withLock { $0.append(tip.commitID) } }
            #expect(tip.commitID == first)
            #expect(try await reader.relation(of: tip, to: second) == .rewound)
            #expect(try await reader.poll(after: second) == tip)
            #expect(pauses.withLock { $0 } == 3)
            #expect(told.withLock { $0 } == [first])
            // The same old tip after the new one was seen again is a new suspicion.
            try scene.posts.move(branch: "main", to: second)
            #expect(try await reader.poll(after: second).commitID == second)
            try scene.posts.move(branch: "main", to: first)
            #expect(try await reader.poll(after: second) == tip)
            #expect(pauses.withLock { $0 } == 6)
        }
    }

    @Test func `a range whose newest tag is gone is followed after three further looks, once`() async throws {
        try await SourceScene.with { scene in
            let pauses = Mutex(0)
            let reader = try scene.reader(ref: .semver("^1"), pause: { pauses.withLock { $0 += 1 } })
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            try scene.posts.tag("v1.0.0", at: first)
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            try scene.posts.tag("v1.1.0", at: second)
            _ = try await reader.pass()
            _ = try scene.posts.git(["tag", "--delete", "v1.1.0"])
            let tip = try await reader.poll(after: second, from: "v1.1.0")
            #expect(tip == SourceTip(commitID: first, refName: "v1.0.0"))
            #expect(pauses.withLock { $0 } == 3)
            #expect(try await reader.poll(after: second, from: "v1.1.0") == tip)
            #expect(pauses.withLock { $0 } == 3)
        }
    }

    @Test(arguments: [1, 3])
    func `an old tip from a lagging replica is not believed, however late it catches up`(look: Int) async throws {
        try await SourceScene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            let pauses = Mutex(0)
            let reader = try scene.reader {
                guard
                    pauses.withLock({
                        $0 += 1; return $0 == look
                    })
                else { return }
                try scene.posts.move(branch: "main", to: second)
            }
            _ = try await reader.pass()
            try scene.posts.move(branch: "main", to: first)
            #expect(try await reader.poll(after: second).commitID == second)
            #expect(pauses.withLock { $0 } == look)
        }
    }

    @Test func `replicas that name several old commits are an error that is tried again`() async throws {
        try await SourceScene.with { scene in
            let commits = try (0..<3).map { try scene.posts.commit(["infra/a.yaml": "\($0)"]) }
            let reader = try scene.reader { try scene.posts.move(branch: "main", to: commits[0]) }
            _ = try await reader.pass()
            try scene.posts.move(branch: "main", to: commits[1])
            let error = await failure { () async throws(SourceError) in try await reader.poll(after: commits[2]) }
            #expect(error?.reason == .git(.server))
            #expect(error?.message.contains("replicas") == true)
            #expect(error?.isRetryable == true)
        }
    }

    @Test func `a tip that continues the last one, or was rewritten, is believed at once`() async throws {
        try await SourceScene.with { scene in
            let reader = try scene.reader { Issue.record("nobody has to wait") }
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            _ = try await reader.pass()
            let third = try scene.posts.commit(["infra/a.yaml": "3"])
            #expect(try await reader.poll(after: second).commitID == third)
            let rewritten = try scene.posts.commit(["infra/a.yaml": "4"], parent: first)
            #expect(try await reader.poll(after: second).commitID == rewritten)
            #expect(try await reader.poll(after: String(repeating: "0", count: 40)).commitID == rewritten)
        }
    }

    @Test func `the relation to a commit is found in a damaged mirror, too`() async throws {
        try await SourceScene.with { scene in
            let reader = try scene.reader()
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            _ = try await reader.pass()
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            let tip = try await reader.poll()
            _ = try await reader.snapshot(tip)
            #expect(tip.commitID == second)
            // The pack of the first fetch, which holds the older commit alone.
            for pack in try MirrorTests.files(try scene.mirror(), "objects/pack", ".pack") {
                var bytes = try Data(contentsOf: pack)
                guard bytes[11] > 1 else { continue }
                for index in 12..<(bytes.count - 20) { bytes[index] ^= 0x55 }
                try FileManager.default.removeItem(at: pack)
                try bytes.write(to: pack)
            }
            #expect(try await reader.relation(of: tip, to: first) == .forward)
        }
    }

    @Test func `a mirror that lost the commit before is cloned again, and nothing counts as rewritten`() async throws {
        try await SourceScene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            _ = try await scene.reader().pass()
            let lost = try MirrorTests.files(try scene.mirror(), "objects/pack", "")
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            _ = try await scene.reader().pass()
            for file in lost { try FileManager.default.removeItem(at: file) }
            // As after a restart: this reader knows nothing of what was there.
            let reader = try scene.reader()
            let tip = SourceTip(commitID: second, refName: "main")
            #expect(try await reader.relation(of: tip, to: first) == .forward)
            #expect(try await reader.snapshot(tip).files.map(\.bytes) == [Array("2".utf8)])
        }
    }

    @Test func `a commit that a new clone lacks is lost, and is not cloned for again`() async throws {
        try await SourceScene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            _ = try await scene.reader().pass()
            try scene.posts.commit(["infra/a.yaml": "3"], parent: first)
            // Everything is gone: the mirror has to be cloned in any case, and what is new need not be cloned again.
            try FileManager.default.removeItem(at: try scene.mirror())
            let reader = try scene.reader()
            let tip = try await reader.poll(after: second)
            #expect(try await reader.relation(of: tip, to: second) == .lost)
            // A new clone would not have this file.
            let place = try scene.mirror().appending(path: "mark")
            try Data().write(to: place)
            #expect(try await reader.relation(of: tip, to: second) == .lost)
            #expect(FileManager.default.fileExists(atPath: place.path(percentEncoded: false)))
            // Who was started since looks again, once.
            let other = try scene.reader()
            #expect(try await other.relation(of: tip, to: second) == .lost)
            #expect(!FileManager.default.fileExists(atPath: place.path(percentEncoded: false)))
        }
    }

    @Test func `a commit that cannot be looked for is an error that is tried again, not a rewriting`() async throws {
        try await SourceScene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            _ = try await scene.reader().pass()
            let lost = try MirrorTests.files(try scene.mirror(), "objects/pack", "")
            let second = try scene.posts.commit(["infra/a.yaml": "2"])
            _ = try await scene.reader().pass()
            for file in lost { try FileManager.default.removeItem(at: file) }
            let elsewhere = scene.repositories.appending(path: "away.git")
            let home = URL(filePath: scene.posts.path)
            try FileManager.default.moveItem(at: home, to: elsewhere)
            let reader = try scene.reader()
            let tip = SourceTip(commitID: second, refName: "main")
            let error = await failure { () async throws(SourceError) in try await reader.relation(of: tip, to: first) }
            #expect(error != nil)
            try FileManager.default.moveItem(at: elsewhere, to: home)
            #expect(try await reader.relation(of: tip, to: first) == .forward)
        }
    }

    @Test func `a deleted branch is an error and comes back by itself`() async throws {
        try await SourceScene.with { scene in
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
        try await SourceScene.with { scene in
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
