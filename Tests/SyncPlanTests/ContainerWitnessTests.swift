// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// What one object says against the deletion of its container, of what is still to be found.
struct ContainerWitnessTests {
    private static let both = Set(ContainerContents.Witness.allCases)

    @Test(
        arguments: [
            (both, .asksToBeKept), ([.isForeign], .isForeign), ([.asksToBeKept], .asksToBeKept), ([], nil),
        ] as [(Set<ContainerContents.Witness>, ContainerContents.Witness?)]
    )
    func `an object that says both is a witness of what is still to be found`(
        wanted: Set<ContainerContents.Witness>,
        expected: ContainerContents.Witness?
    ) throws {
        let object = try PlanFixture.live(PlanFixture.configMap("web")) { json in
            json[["metadata", "annotations"]] = ["sternpost.dev/prune": "disabled"]
            json[["metadata", "labels", ApplySet.partOfLabel]] = nil
            json[["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]] = "apps"
        }
        #expect(ContainerContents.witnesses(for: PlanFixture.applySet)(object, false, wanted) == expected)
    }

    @Test func `an object that is going already is no witness, or the one behind it was not asked`() throws {
        let object = try PlanFixture.live(PlanFixture.configMap("web")) { json in
            json[["metadata", "annotations"]] = ["sternpost.dev/prune": "disabled"]
            json[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z"
        }
        #expect(ContainerContents.witnesses(for: PlanFixture.applySet)(object, false, Self.both) == nil)
    }

    @Test func `an object that says nothing is no witness`() throws {
        let object = try PlanFixture.live(PlanFixture.configMap("web"))
        #expect(ContainerContents.witnesses(for: PlanFixture.applySet)(object, false, Self.both) == nil)
    }
}
