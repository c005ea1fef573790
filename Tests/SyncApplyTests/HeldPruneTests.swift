// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import Testing

@testable import SyncApply

/// How the prune that waits stands in the cluster.
struct HeldPruneTests {
    private func parent(_ data: JSON = .object(JSONObject())) throws -> KubeObject {
        try KubeObject([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "sternpost-posts", "namespace": "sternpost"],
            "data": data,
        ])
    }

    private func orders(_ text: String) throws -> StandingOrders {
        let data = Base64.text(of: Array(text.utf8))
        return try StandingOrders(parent: try parent([StandingOrders.key: .string(data)]))
    }

    @Test(arguments: [nil, 344] as [Int?])
    func `it is read as it was written, with the number by which it was judged`(_ total: Int?) throws {
        let id = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "a")
        let held = StandingOrders.HeldPrune(hash: "h", commitID: "c", reasons: ["x"], objects: [id], total: total)
        var orders = StandingOrders()
        orders.hold(held)
        let read = try StandingOrders(parent: try orders.written(into: try parent()))
        #expect(read.held == held)
        #expect(read.held?.total == total)
    }

    @Test func `a secret across the place where a reason is cut leaves none of its letters`() {
        let redactor = Redactor()
        redactor.register("correct-horse-battery-staple")
        let reason = String(repeating: "long ", count: 98) + "correct-horse-battery-staple"
        let held = StandingOrders.HeldPrune(
            hash: "h",
            commitID: "c",
            reasons: [redactor.line(reason)],
            objects: []
        )
        #expect(held.reasons.first?.contains("correct") == false)
        #expect(held.reasons.first?.hasPrefix("long long ") == true && held.json.text.contains("correct") == false)
    }

    @Test(
        arguments: [
            ("h", 10, 10, false), ("h", 10, 12, false), ("h", 10, 8, true), ("h", nil, 8, true),
            ("other", 10, 10, true),
            (nil, nil, 10, true),
        ] as [(String?, Int?, Int, Bool)]
    )
    func `it is stored again only for another list, or a smaller number`(
        _ hash: String?,
        _ stored: Int?,
        _ total: Int,
        _ isLacking: Bool
    ) {
        func held(_ hash: String, _ total: Int?) -> StandingOrders.HeldPrune {
            StandingOrders.HeldPrune(hash: hash, commitID: "c", reasons: [], objects: [], total: total)
        }
        var orders = StandingOrders()
        if let hash { orders.hold(held(hash, stored)) }
        #expect(orders.lacks(held("h", total)) == isLacking)
        #expect(orders.lacks(nil) == (hash != nil))
    }

    @Test func `one of an older version has no such number`() throws {
        let text = #"{"held":{"hash":"h","commit":"c","reasons":["x"],"objects":[],"count":3}}"#
        let held = try #require(try orders(text).held)
        #expect(held.count == 3 && held.total == nil)
    }
}
