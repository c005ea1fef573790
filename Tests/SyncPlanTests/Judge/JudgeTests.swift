// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import Foundation
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// The comparison before two judges that share no code with it: a simple walk by the schema, and the server itself.
///
/// `STERNPOST_JUDGE_CASES` says how many lives are drawn, `STERNPOST_JUDGE_SEED` where to begin.
struct JudgeTests {
    private static let key = ResidualKey.random()

    private static func number(_ name: String, _ usual: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? usual
    }

    /// What is wrong with the comparison in one life; empty when nothing is. Counts what it saw.
    private func faults(seed: UInt64, seen: inout [String: Int]) throws -> [String] {
        guard var world = RandomWorld(seed: seed) else { return [] }
        let kind = world.schema.gvk.groupKind
        var residual = Residual.empty
        var faults: [String] = []
        func differences(_ declared: JSON, _ live: JSON) throws -> [FieldDifference] {
            FieldComparison.differences(
                declared: try KubeObject(declared),
                live: try KubeObject(live),
                isNews: declared != world.applied
            )
        }
        for _ in 0..<3 {
            // What our own apply leaves is the server's reading: nothing that was stated is missing or another value.
            let left = try differences(world.declared, world.live)
            if !world.leavesNamesOpen {
                faults += left.filter {
                    ServerReading($0, of: kind) != .read && !Self.statesZero($0.after) && !Self.isAlias($0)
                }.map {
                    "after our apply \($0.path.display) counts as changed: \($0.before?.text ?? "-") for \($0.after?.text ?? "-")"
                }
            }
            residual = Residual(left, isOverruled: false, key: Self.key)
            for _ in 0..<world.eventCount() { world.happen(world.event()) }
            let found = try differences(world.declared, world.live)
            let after = world.serverApply(world.declared, over: world.live, manager: "sternpost")
            if found.isEmpty {
                seen["unchanged", default: 0] += 1
                faults += IndependentJudge.problems(declared: world.declared, live: world.live, schema: world.schema)
                let has = Self.without(nulls: world.declared, world.values(world.live))
                let would = after.map { Self.without(nulls: world.declared, world.values($0)) }
                if let would, would != has, !world.leavesNamesOpen {
                    faults.append("an apply would change the object: \(difference(would, has))")
                }
            } else if world.declared == world.applied, residual.covers(found, key: Self.key) {
                seen["settled by residual", default: 0] += 1
                // What the server fills in for an empty value may follow from what others have set since: not ours to enforce.
                let would = after.map { Self.without(empties: world.declared, world.values($0)) }
                let has = Self.without(empties: world.declared, world.values(world.live))
                if let would, would != has, !world.leavesNamesOpen {
                    faults.append("a residual hides a change: \(difference(would, has))")
                }
            } else {
                seen["written", default: 0] += 1
            }
            guard faults.isEmpty, world.applyDeclared() else { break }
        }
        return faults.isEmpty ? [] : faults + ["declared \(world.declared.text)", "live \(world.live.text)"]
    }

    /// Whether a number is zero, or a flag false, somewhere in a value: a server takes some of these for none, and only a
    /// schema could tell where; they are told as changed, which is the safe side.
    private static func statesZero(_ value: JSON?) -> Bool {
        switch value {
        case .bool(let flag)?: !flag
        case .int(let number)?: number == 0
        case .double(let number)?: number == 0
        case .array(let items)?: items.contains(where: statesZero)
        case .object(let members)?: members.contains { statesZero($0.value) }
        case nil, .null?, .string?: false
        }
    }

    /// Whether it is the older name of a field that the server keeps equal to the newer one.
    private static func isAlias(_ difference: FieldDifference) -> Bool {
        difference.path.last == .field("serviceAccount")
    }

    /// An object without the fields for which the manifest states an empty value.
    private static func without(empties declared: JSON, _ object: JSON) -> JSON {
        without(declared, object) { wanted, _ in [JSON.null, [:], [], "", 0, false].contains(wanted) }
    }

    /// An object without the empty maps and lists for which the manifest states null: both say nothing.
    static func without(nulls declared: JSON, _ object: JSON) -> JSON {
        without(declared, object) { wanted, found in wanted.isNull && [JSON.null, [:], []].contains(found) }
    }

    private static func without(_ declared: JSON, _ object: JSON, _ isLeftOut: (JSON, JSON) -> Bool) -> JSON {
        guard let wanted = declared.object, var result = object.object else { return object }
        for member in wanted {
            guard let found = result[member.key] else { continue }
            if isLeftOut(member.value, found) {
                result[member.key] = Optional<JSON>.none
            } else {
                result[member.key] = without(member.value, found, isLeftOut)
            }
        }
        return .object(result)
    }

    private func difference(_ one: JSON, _ other: JSON, at path: String = "") -> String {
        if case .object(let left) = one, case .object(let right) = other {
            let keys = Set(left.keys + right.keys).sorted().filter { left[$0] != right[$0] }
            return keys.prefix(3).map { key in
                guard let a = left[key], let b = right[key] else {
                    return "\(path).\(key): \(left[key]?.text ?? "-") for \(right[key]?.text ?? "-")"
                }
                return difference(a, b, at: "\(path).\(key)")
            }.joined(separator: "; ")
        }
        return "\(path): \(one.text) for \(other.text)"
    }

    /// Lives that once showed a fault of the comparison.
    @Test(arguments: [1140, 7766, 9862, 22_297, 31_164, 56_224, 64_866, 72_436] as [UInt64])
    func `a life that was judged wrongly once is judged rightly`(seed: UInt64) throws {
        var seen: [String: Int] = [:]
        let faults = try self.faults(seed: seed, seen: &seen)
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    @Test func `unchanged means that every declared value is live and ours`() throws {
        let first = Self.number("STERNPOST_JUDGE_SEED", 1)
        let count = Self.number("STERNPOST_JUDGE_CASES", 400)
        var seen: [String: Int] = [:]
        var failed = 0
        for seed in first..<(first + count) {
            let faults = try self.faults(seed: seed, seen: &seen)
            guard !faults.isEmpty else { continue }
            failed += 1
            if failed <= 5 { Issue.record("seed \(seed): \(faults.joined(separator: "\n"))") }
        }
        #expect(failed == 0, "\(failed) of \(count) lives; \(seen)")
        // A judge that never sees an unchanged object judges nothing.
        #expect(seen["unchanged", default: 0] >= count / 10, "\(seen)")
        if count > 1_000 { print("\(count) lives from seed \(first): \(seen.sorted { $0.key < $1.key })") }
    }
}
