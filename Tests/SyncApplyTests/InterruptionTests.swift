// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import Synchronization
import TestKit
import Testing

/// A pass that ends at any of its writes, one after the other, and the pass after it.
@Suite(.timeLimit(.minutes(5)))
struct InterruptionTests {
    private struct Stopped: Error {}

    /// Runs a pass that is stopped when it asks for the `count`th time whether it may go on; tells whether it was.
    private func sync(_ manifests: [String], writes count: Int, in project: ProjectUnderTest) async throws -> Bool {
        let store = project.store()
        let (plan, inventory) = try await project.plan(manifests, store: store)
        let left = Mutex(count)
        let applier = project.applier(store: store) {
            try left.withLock { left in
                guard left > 0 else { throw Stopped() }
                left -= 1
            }
        }
        return await applier.apply(plan, inventory: inventory).interruption != nil
    }

    @Test func `wherever a pass is stopped, nothing is orphaned and the next pass finishes the work`() async throws {
        try await ProjectUnderTest.run { project in
            var stops = 0
            var wasStopped = true
            while wasStopped {
                // Two to change, one to create, two to delete: seven writes with the inventory's, and two lots of intents.
                let old = [configMap("a"), configMap("b"), configMap("gone-1"), configMap("gone-2")]
                let new = [configMap("a", #"{"k":"w"}"#), configMap("b", #"{"k":"w"}"#), configMap("new")]
                try await project.sync(old)
                wasStopped = try await sync(new, writes: stops, in: project)
                stops += 1

                // Everything of ours that lives is in the inventory, whatever happened.
                let members = Set(try await project.storedInventory().members.keys)
                for name in ["a", "b", "new", "gone-1", "gone-2"] {
                    guard try await project.live("ConfigMap", name) != nil else { continue }
                    #expect(
                        members.contains(project.id("ConfigMap", name)),
                        "\(name) is an orphan after \(stops) stops"
                    )
                }
                // What the old commit wants and the new one does not is pruned by the next pass, and only that.
                #expect(try await project.sync(new).report.interruption == nil)
                let inventory = try await project.storedInventory()
                #expect(Set(inventory.members.keys.map(\.name)) == ["a", "b", "new"])
                for (id, member) in inventory.members {
                    #expect(try await project.live("ConfigMap", id.name)?.uid == member.uid)
                }
                #expect(try await project.live("ConfigMap", "gone-1") == nil)
                #expect(try await project.sync(new).plan.isEmpty)
            }
            #expect(stops >= 10, "every write, and every lot of intents, was a stop")
            #expect(project.journal.rows.allSatisfy { $0.result != nil })
        }
    }
}
