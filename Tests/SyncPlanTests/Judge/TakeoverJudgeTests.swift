// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// The comparison before a whole write: what people's kubectl owns becomes ours first, and the server applies then.
struct TakeoverJudgeTests {
    /// As it is read from a server: a takeover holds for one version only.
    private static func read(_ live: JSON) throws -> KubeObject {
        var json = live
        json[["metadata", "resourceVersion"]] = "1"
        return try KubeObject(json)
    }

    /// What a write makes of the live object; nil when the server refuses it.
    private static func written(_ world: RandomWorld) throws -> JSON? {
        let takeover = OwnershipTakeover(
            for: try read(world.live),
            applying: try KubeObject(world.declared),
            adopts: false
        )
        var live = world.live
        if let entries = takeover?.patch.array?.last?["value"] { live[["metadata", "managedFields"]] = entries }
        return world.serverApply(world.declared, over: live, manager: "sternpost")
    }

    /// What is wrong with the comparison at one moment of a life.
    private func faults(in world: RandomWorld, seen: inout [String: Int]) throws -> [String] {
        guard !world.leavesNamesOpen, let after = try Self.written(world) else { return [] }
        let declared = try KubeObject(world.declared)
        let found: [FieldDifference] = FieldComparison.differences(
            declared: declared,
            live: try Self.read(world.live),
            isNews: world.declared != world.applied
        )
        var faults: [String] = []
        if found.contains(where: \.isTakenAway) { seen["taken away", default: 0] += 1 }
        if found.isEmpty {
            seen["unchanged", default: 0] += 1
            let has = JudgeTests.without(nulls: world.declared, world.values(world.live))
            let would = JudgeTests.without(nulls: world.declared, world.values(after))
            if would != has { faults.append("a write would change the object to \(would.text)") }
        }
        let left: [FieldDifference] = FieldComparison.differences(declared: declared, live: try Self.read(after))
        faults += left.filter(\.isTakenAway).map { "a write leaves \($0.path.display) for the next one" }
        return faults.isEmpty ? [] : faults + ["declared \(world.declared.text)", "live \(world.live.text)"]
    }

    @Test func `unchanged means that a write takes nothing away, and a write leaves nothing to be taken away`() throws {
        var seen: [String: Int] = [:]
        for seed in UInt64(1)...400 {
            guard var world = RandomWorld(seed: seed) else { continue }
            for _ in 0..<3 {
                for _ in 0..<world.eventCount() { world.happen(world.event()) }
                let faults = try faults(in: world, seen: &seen)
                #expect(faults.isEmpty, "seed \(seed): \(faults.joined(separator: "\n"))")
                guard faults.isEmpty, world.applyDeclared() else { break }
            }
        }
        // A judge that never sees either judges nothing.
        #expect(seen["unchanged", default: 0] > 0 && seen["taken away", default: 0] > 0, "\(seen)")
    }
}
