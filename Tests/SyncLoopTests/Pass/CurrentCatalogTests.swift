// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRender
import SyncSource
import Testing

@testable import SyncLoop

/// When a pass has to know the kinds that there are now.
struct CurrentCatalogTests {
    struct Row: Sendable {
        var kind = "Namespace"
        let verdict: PrunePlan.Verdict
        /// The hash of the list that waits already, and of the one that was approved.
        var held: String?
        var approved: String?
        let isNeeded: Bool
    }

    private static let list = PrunePlan.Verdict.held(reasons: ["x"], approvalHash: "h")

    static let rows = [
        Row(verdict: .allowed, isNeeded: true),
        Row(kind: "ConfigMap", verdict: .allowed, isNeeded: false),
        Row(kind: "ConfigMap", verdict: list, isNeeded: false),
        Row(verdict: .blocked(reasons: ["x"]), isNeeded: false),
        Row(verdict: .disabled, isNeeded: false),
        Row(verdict: list, isNeeded: true),
        Row(verdict: list, held: "another", isNeeded: true),
        Row(verdict: list, held: "h", isNeeded: false),
        Row(verdict: list, held: "h", approved: "another", isNeeded: false),
        Row(verdict: list, held: "h", approved: "h", isNeeded: true),
    ]

    @Test(arguments: rows)
    func `it does before a Namespace goes, and before a person is shown a new list with one`(row: Row) throws {
        let object = try KubeObject(["apiVersion": "v1", "kind": .string(row.kind), "metadata": ["name": "more"]])
        let step = PruneStep(
            id: object.id,
            resource: APIResource(gvk: object.gvk, plural: "things", isNamespaced: false, verbs: ["list", "delete"]),
            uid: "uid-1",
            live: object
        )
        var orders = StandingOrders()
        if let hash = row.held {
            let id = PassFixture.commit.id
            orders.hold(StandingOrders.HeldPrune(hash: hash, commitID: id, reasons: ["x"], objects: [object.id]))
        }
        if let hash = row.approved {
            orders.approve(StandingOrders.Word(person: "ada", text: hash, at: "2026-01-01T00:00:00Z"))
        }
        let prepared = PreparedPass(
            rendered: RenderedSet(commit: PassFixture.commit, treeID: "", objects: [], notices: []),
            catalog: APICatalog(),
            inventory: Inventory(applySet: PassFixture.applySet),
            live: LiveSet(catalog: APICatalog(), objects: [:], unreadable: [:]),
            plan: PassFixture.plan(prune: PrunePlan(verdict: row.verdict, steps: [step], released: [])),
            policy: PlanPolicy(),
            orders: orders
        )
        #expect(prepared.needsCurrentCatalog == row.isNeeded)
    }
}
