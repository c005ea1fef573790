// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import KubeObjects
import PlainText
import SyncLook
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

    @Test func `it is read as it was written`() throws {
        let id = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "a")
        let held = StandingOrders.HeldPrune(hash: "h", commitID: "c", reasons: ["x"], objects: [id])
        var orders = StandingOrders()
        orders.hold(held)
        let read = try StandingOrders(parent: try orders.written(into: try parent()))
        #expect(read.held == held)
    }

    @Test(arguments: [0, 200]) func `a list of long names is shortened until it fits beside other orders`(
        imageOrders: Int
    ) throws {
        let long = String(repeating: "n", count: 240)
        let ids = (0..<150).map { number in
            ObjectID(
                group: "external-secrets.io",
                kind: "ExternalSecret",
                namespace: String(repeating: "s", count: 63),
                name: "\(long)\(number)"
            )
        }
        let reason = Redactor().line(String(repeating: "\u{1F512} ", count: 400))
        let held = StandingOrders.HeldPrune(
            hash: "h",
            commitID: "c",
            reasons: Array(repeating: reason, count: 20),
            objects: ids
        )
        #expect(held.reasons.allSatisfy { $0.utf8.count <= 500 })
        var orders = StandingOrders()
        orders.hold(held)
        let word = StandingOrders.Word(person: "ada@laptop", text: "incident", at: "2026-01-01T00:00:00Z")
        for number in 0..<imageOrders {
            let workload = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web-\(number)")
            orders.order(.init(isHold: true, word: word), of: workload)
        }
        let read = try StandingOrders(parent: try orders.written(into: try parent()))
        #expect(read.held?.hash == "h" && read.held?.count == 150)
        #expect(read.held.map { $0.objects.count < 150 && ids.starts(with: $0.objects) } == true)
        #expect(read.images.count == imageOrders)
    }

    @Test func `orders that do not fit are refused by their size`() throws {
        var orders = StandingOrders()
        let text = String(repeating: "x", count: StandingOrders.maxBytes)
        orders.suspend(StandingOrders.Word(person: "ada", text: text, at: "2026-01-01T00:00:00Z"))
        let parent = try parent()
        let error = #expect(throws: InventoryError.self) { try orders.written(into: parent) }
        #expect(error?.reason == .inventoryTooLarge)
        #expect(error?.description.contains("cannot be read") == false)
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

    @Test func `what waits is told word for word by the process that has written an order beside it`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a")])
            // As `approve` and `hold` do, which read no inventory.
            let redactor = Redactor(hidesCommonWords: false)
            let client = KubeClient(
                configuration: project.client.configuration,
                wire: HTTPWire(),
                redactor: redactor
            )
            let reason = "4 of 5 objects would be deleted; without approval at most 3"
            let held = StandingOrders.HeldPrune(
                hash: String(repeating: "a", count: 64),
                commitID: "c",
                reasons: [Redactor().line(reason)],
                objects: [project.id("ConfigMap", "a")]
            )
            try await OrderStore(client: client, applySet: project.applySet)
                .change(journal: project.journal, reason: "held") { orders in
                    orders.hold(held)
                    return true
                }
            #expect(redactor.redact(reason) == reason)
            #expect(try await OrderStore(client: client, applySet: project.applySet).read()?.held == held)
        }
    }
}
