// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncRecord
import TestKit
import Testing

/// What people order about image rollouts.
@Suite struct ImageOrderTests {
    @Test func `the newest order for each workload holds, with who, why and when`() async throws {
        let clock = ManualWallClock()
        try await withHistory(now: clock.now) { history in
            #expect(try await history.imageOrders(of: "posts").isEmpty)
            let (web, api) = (ObjectID.deployment("web"), ObjectID.deployment("api"))
            try await history.order(.hold, of: web, project: "posts", person: "ada", reason: "fair")
            try await history.order(.release, of: api, project: "posts", person: "bob")
            try await history.order(.hold, of: web, project: "other", person: "eve")
            clock.advance(by: 60)
            try await history.order(.release, of: web, project: "posts", person: "cyd", reason: "over")
            let orders = try await history.imageOrders(of: "posts")
            #expect(
                orders == [
                    web: ImageOrder(kind: .release, person: "cyd", reason: "over", at: clock.now()),
                    api: ImageOrder(
                        kind: .release,
                        person: "bob",
                        reason: "",
                        at: clock.now().addingTimeInterval(-60)
                    ),
                ]
            )
        }
    }

    @Test func `the newest is the last that was written, whatever the clock says`() async throws {
        let clock = ManualWallClock()
        try await withHistory(now: clock.now) { history in
            let web = ObjectID.deployment("web")
            try await history.order(.release, of: web, project: "posts", person: "ada")
            clock.advance(by: -86_400)
            try await history.order(.hold, of: web, project: "posts", person: "bob")
            #expect(try await history.imageOrders(of: "posts")[web]?.kind == .hold)
        }
    }

    @Test func `orders are kept, are rows of the chain, and belong to no pass`() async throws {
        try await withTemporaryFolder { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
            try await history.sampleRun()
            let kinds: [ImageOrder.Kind] = [.hold, .release, .hold]
            for kind in kinds {
                try await history.order(kind, of: .deployment("web"), project: "posts", person: "ada")
            }
            #expect(try await history.runs().count == 1)
            try await history.close()
            let again = try await History.open(folder: folder.path, mode: .inspect)
            #expect(try await again.imageOrders(of: "posts")[.deployment("web")]?.kind == .hold)
            guard case .intact = try await again.verify() else {
                Issue.record("orders must not break the chain")
                return
            }
            try await again.close()
            try tamper(folder.path, "UPDATE audit SET kind = 'image.released' WHERE kind = 'image.held'")
            let changed = try await History.open(folder: folder.path, mode: .inspect)
            guard case .broken = try await changed.verify() else {
                Issue.record("a changed order must break the chain")
                return
            }
            try await changed.close()
        }
    }

    @Test func `a person's words are masked where they are secret`() async throws {
        let secret = "hunter2-\(UUID().uuidString)"
        Redactor.shared.register(secret)
        try await withHistory { history in
            try await history.order(.hold, of: .deployment("web"), project: "posts", person: "ada", reason: secret)
            let order = try #require(try await history.imageOrders(of: "posts")[.deployment("web")])
            #expect(!order.reason.contains(secret) && order.person == "ada")
        }
    }
}
