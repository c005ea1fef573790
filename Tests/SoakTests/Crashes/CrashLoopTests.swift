// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import SceneKit
import SyncApply
import TestKit
import Testing

/// The real binary dies between any two steps of a pass, again and again, over one project of a thousand objects.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct CrashLoopTests {
    private static let objects = 1_000

    @Test func `P1: a death between any two steps of a pass over 1,000 objects loses, orphans and deletes nothing`()
        async throws
    {
        let seed = UInt64.random(in: 1...999_999)
        print("crash loop: seed \(seed)")
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            var loop = CrashLoop(
                project: try CrashProject(scene, objects: CrashLoopTests.objects),
                oracle: CrashOracle(scene, cluster, try SceneTool(scene)),
                chance: Chance(seed: seed)
            )
            try await loop.dieWhileCreating()
            try await loop.dieAtEveryPlace()
            try await loop.dieWhileDeleting(files: 10)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}

/// Numbers by chance that can be had again: the seed is printed.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// Deaths and recoveries of the binary over one project.
private struct CrashLoop {
    var project: CrashProject
    var oracle: CrashOracle
    var chance: Chance

    /// A thousand objects are created by processes of which all but the last die on the way.
    mutating func dieWhileCreating() async throws {
        var places = ["after-plan", "after-begin", "after-inventory-intent", "after-inventory-write"]
        places += [
            "after-lease", "after-inventory-intent", "after-inventory-write", "after-superset", "after-wave:1",
            "after-intent:1", "after-apply:1",
        ]
        places += ["after-apply:333"]
        places += (0..<2).map { _ in "after-apply:\(Int.random(in: 2...200, using: &chance))" }
        places += ["before-outcome:1", "before-finish"]
        try await die(at: places, CrashProject.Change())
    }

    /// One round for each place: a commit that creates, changes, takes over, creates again and deletes; a death; a recovery.
    mutating func dieAtEveryPlace() async throws {
        var places = CrashPoint.allCases.map(\.rawValue)
        // The wave has 18 applies, the prune 8 or 9 deletes; eight of each are under way at the same time.
        places += ["after-apply:9", "after-apply:18", "after-inventory-intent:2", "after-prune:8"]
        places += ["after-inventory-write:2", "after-apply:\(Int.random(in: 2...17, using: &chance))"]
        for place in places { try await die(at: [place], try await project.next()) }
    }

    /// Deletes by the hundred, by processes of which all but the last die on the way.
    mutating func dieWhileDeleting(files: Int) async throws {
        let change = try project.remove(files: files)
        let middle = "after-prune:\(Int.random(in: 2...100, using: &chance))"
        let places = ["after-prune-intent", "after-prune:1", middle, "after-prune:60", "before-prune-outcome"]
        try await die(at: places, change)
    }

    /// Processes die at these places, one after the other; then one lives.
    private mutating func die(at places: [String], _ change: CrashProject.Change) async throws {
        oracle.place = places[0]
        try await oracle.begin()
        var survivors: [String: CrashOracle.Live] = [:]
        for place in places {
            oracle.place = place
            let died = try await oracle.tool.sync(environment: ["STERNPOST_CRASH_AT": place])
            #expect(died.status == 137 && !died.isKilled, "\(place) was not met: \(died.status) \(died.errors)")
            try await oracle.tool.buryLease()
            survivors = try await oracle.checkAfterDeath(change)
        }
        oracle.place = "behind \(places[places.count - 1])"
        let lived = try await oracle.tool.sync()
        #expect(lived.status == 0, "\(oracle.place): \(lived.output) \(lived.errors)")
        try await oracle.checkAfterRecovery(project, change, survivors: survivors)
    }
}
