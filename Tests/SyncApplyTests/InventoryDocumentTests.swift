// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncPlan
import Testing

@Suite struct InventoryDocumentTests {
    private static let web = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
    private static let space = ObjectID(group: "", kind: "Namespace", namespace: "", name: "shop")

    @Test func `members are grouped by kind and namespace and come back as they were`() throws {
        let members = [Self.web: Inventory.Member(uid: "6f2c"), Self.space: Inventory.Member(uid: nil)]
        let bytes = try InventoryDocument.encode(members)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text == #"{"Deployment.apps":{"shop":{"web":"6f2c"}},"Namespace":{"":{"shop":null}}}"#)
        #expect(try InventoryDocument.decode(bytes) == members)
    }

    @Test func `no members are an empty map`() throws {
        #expect(try InventoryDocument.encode([:]) == Array("{}".utf8))
        #expect(try InventoryDocument.decode(Array("{}".utf8)).isEmpty)
    }

    @Test func `ten thousand members fit and thirty thousand are refused`() throws {
        func members(_ count: Int) -> [ObjectID: Inventory.Member] {
            var result: [ObjectID: Inventory.Member] = [:]
            for index in 0..<count {
                let id = ObjectID(
                    group: "",
                    kind: "ConfigMap",
                    namespace: "space-\(index % 50)",
                    name: "config-\(index)"
                )
                result[id] = Inventory.Member(uid: "00000000-0000-4000-8000-000000000000")
            }
            return result
        }
        #expect(try InventoryDocument.decode(try InventoryDocument.encode(members(10_000))).count == 10_000)
        let error = #expect(throws: ApplyError.self) { try InventoryDocument.encode(members(30_000)) }
        #expect(error?.reason == .inventoryTooLarge)
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"Pod":[]}"#, #"{"Pod":{"shop":"web"}}"#, #"{"Pod":{"shop":{"web":7}}}"#,
    ])
    func `anything else is refused as damaged`(_ text: String) {
        let error = #expect(throws: ApplyError.self) { try InventoryDocument.decode(Array(text.utf8)) }
        #expect(error?.reason == .corruptInventory)
    }
}
