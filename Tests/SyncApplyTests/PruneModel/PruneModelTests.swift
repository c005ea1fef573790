// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Every member's fate over random lives of two projects, judged by what has really happened.
struct PruneModelTests {
    /// `STERNPOST_MODEL_LIVES=100000 swift test --filter PruneModelTests` lives longer.
    private static let lives = ProcessInfo.processInfo.environment["STERNPOST_MODEL_LIVES"].flatMap { Int($0) } ?? 300
    private static let firstSeed =
        ProcessInfo.processInfo.environment["STERNPOST_MODEL_SEED"].flatMap { UInt64($0) } ?? 1
    private static let events = 8

    /// Lives in which something was once wrong.
    @Test(
        arguments: [
            (41, false), (1130, false), (2205, false), (101_174, false), (1298, true), (5677, true), (10_958, true),
            (22_671, true), (22_596, true), (88_128, true),
        ] as [(UInt64, Bool)]
    )
    func `lives that went wrong once go well`(_ seed: UInt64, hasOwners: Bool) throws {
        var world = try ModelWorld(seed: seed, hasOwners: hasOwners, hasNames: false)
        #expect(try world.live(events: Self.events) == [])
    }

    /// An account asks to be kept, leaves git and is followed by the Secret that it names; a declared Secret is owned by an
    /// object of others, and that by one that leaves git.
    @Test(arguments: [5934, 6316, 25_878] as [UInt64])
    func `lives go well in which objects that are read no more name or own others`(_ seed: UInt64) throws {
        var world = try ModelWorld(seed: seed, hasNames: true)
        #expect(try world.live(events: Self.events) == [])
    }

    /// Somebody asks for a Secret to be kept after the plan was made, and before its owner is deleted.
    @Test func `a life goes well in which an owner has its turn before what it owns`() throws {
        var world = try ModelWorld(seed: 58_470, hasNames: true, hasChains: true)
        #expect(try world.live(events: Self.events) == [])
    }

    @Test func `nothing is deleted that must stay, and nothing is orphaned in silence, in any life`() throws {
        var wrong: [String] = []
        for index in 0..<Self.lives {
            let seed = Self.firstSeed &+ UInt64(index)
            var world = try ModelWorld(seed: seed, hasNames: seed % 2 == 0, hasChains: seed % 3 == 0)
            let violations = try world.live(events: Self.events)
            if let first = violations.first { wrong.append("seed \(seed): \(first)") }
            if wrong.count >= 10 { break }
        }
        #expect(wrong == [])
    }
}
