// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// What people are told of an object that somebody deletes each time, and what the plan makes of it.
@Suite struct ExistenceContestTests {
    private static let beginning =
        "a fight over whether it exists: somebody deletes it again and again, and it was created again 5 times; it is not"
        + " created for 10 minutes at a time: "

    private static func contest(_ hash: String = "h", owners: [String] = []) -> ExistenceContest {
        ExistenceContest(contentHash: hash, creations: 5, pause: .seconds(600), owners: owners)
    }

    @Test func `a fight names the pause and what to look for`() {
        let remedy = "find who deletes it (a controller, a clean-up job, another tool), or take it out of git"
        #expect(Self.contest().description == Self.beginning + remedy)
    }

    @Test func `owners that the manifest names are the first suspects`() {
        let remedy =
            "its metadata.ownerReferences name Widget w, Widget x, and the garbage collector deletes it where no object"
            + " has that uid: take them out of the manifest, or find who else deletes it"
        #expect(Self.contest(owners: ["Widget w", "Widget x"]).description == Self.beginning + remedy)
    }

    @Test func `only owners with a uid count, and three are enough`() throws {
        var object = try PlanFixture.object(PlanFixture.configMap("c"))
        #expect(ExistenceContest.owners(of: object).isEmpty)
        object.json[["metadata", "ownerReferences"]] = [
            ["kind": "Widget", "name": "none"], ["kind": "Widget", "name": "a", "uid": "1"], ["uid": "2"],
            ["kind": "Widget", "name": "c", "uid": "3"], ["kind": "Widget", "name": "d", "uid": "4"],
        ]
        #expect(ExistenceContest.owners(of: object) == ["Widget a", "? ?", "Widget c"])
    }

    @Test func `the object is not created, but another manifest of it is`() throws {
        let object = try PlanFixture.object(PlanFixture.configMap("c"))
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("c"))
        let members: [(KubeObject, String?)] = [(object, "uid-1")]
        let step = try #require(PlanFixture.plan(rendered, members: members).waves.first?.steps.first)
        #expect(step.cause == .deleted)
        var policy = PlanPolicy()
        policy.vanishing = [object.id: Self.contest(step.contentHash)]
        let plan = PlanFixture.plan(rendered, members: members, policy: policy)
        #expect(plan.waves.isEmpty)
        #expect(plan.refused.map(\.reason) == [.vanishing])
        #expect(plan.refused.first?.message.hasPrefix("a fight over whether it exists") == true)
        #expect(plan.desiredMembers == [object.id])
        policy.vanishing = [object.id: Self.contest("another")]
        let other = PlanFixture.plan(rendered, members: members, policy: policy)
        #expect(other.waves.flatMap(\.steps).map(\.id) == [object.id])
    }
}
