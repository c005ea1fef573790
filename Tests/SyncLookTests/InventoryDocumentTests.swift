// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import Testing

@Suite struct InventoryDocumentTests {
    private static let web = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
    private static let space = ObjectID(group: "", kind: "Namespace", namespace: "", name: "shop")

    @Test func `members are grouped by source and doubt, kind and namespace, and come back as they were`() throws {
        let content = InventoryDocument.Content(
            members: [
                Self.web: Inventory.Member(uid: "6f2c", source: "a#infra"),
                Self.space: Inventory.Member(uid: nil, source: "a#infra"),
                Self.map("b"): Inventory.Member(uid: Self.uid, source: "b#infra"),
                Self.map("c"): Inventory.Member(uid: Self.uid, doubt: .lost),
                Self.map("d"): Inventory.Member(uid: Self.uid, source: "a#infra", doubt: .rewound),
                Self.map("e"): Inventory.Member(uid: Self.uid, content: "0123456789abcdef0123"),
                Self.map("f"): Inventory.Member(uid: "6f2c", doubt: .lost, content: "0123456789abcdef"),
            ],
            unseenKinds: [GroupKind(group: "acme.dev", kind: "Widget")],
            pruneBase: 11
        )
        let bytes = try InventoryDocument.encode(content)
        #expect(try InventoryDocument.decode(bytes, source: "ignored") == content)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""c":"jK3M6sGxQj6Yo2qvaP2QCw""#), "\(text)")
        #expect(text.contains(#""web":"=6f2c""#) && text.contains(#""shop":null"#), "\(text)")
    }

    @Test func `an inventory of before the sources is read with the source of its parent`() throws {
        let text = #"{"Deployment.apps":{"shop":{"web":"6f2c"}},"Namespace":{"":{"shop":null}}}"#
        let content = try InventoryDocument.decode(Array(text.utf8), source: "a#infra")
        #expect(
            content.members == [
                Self.web: Inventory.Member(uid: "6f2c", source: "a#infra"),
                Self.space: Inventory.Member(uid: nil, source: "a#infra"),
            ]
        )
        #expect(try InventoryDocument.decode(Array("{}".utf8)).members.isEmpty)
    }

    @Test(arguments: [
        "8cadccea-c1b1-423e-98a3-6aaf68fd900b", "8CADCCEA-C1B1-423E-98A3-6AAF68FD900B", "6f2c", "", "=",
        "jK3M6sGxQj6Yo2qvaP2QCw",
        "8cadccea-c1b1-423e-98a3-6aaf68fd900", "8cadccea-c1b1-423e-98a3-6aaf68fd90zz",
        "--------------------------------jjjj",
    ])
    func `any uid comes back as it was`(_ uid: String) throws {
        let members = [Self.web: Inventory.Member(uid: uid)]
        #expect(try InventoryDocument.decode(try InventoryDocument.encode(.init(members: members))).members == members)
    }

    private static let uid = "8cadccea-c1b1-423e-98a3-6aaf68fd900b"

    private static func map(_ name: String) -> ObjectID {
        ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: name)
    }

    @Test func `seventeen thousand members fit and thirty thousand are refused`() throws {
        func members(_ count: Int) -> [ObjectID: Inventory.Member] {
            var result: [ObjectID: Inventory.Member] = [:]
            for index in 0..<count {
                let id = ObjectID(
                    group: "",
                    kind: "ConfigMap",
                    namespace: "space-\(index % 50)",
                    name: "config-\(index)"
                )
                result[id] = Inventory.Member(uid: Self.uid, source: "https://git.example.com/acme/posts.git#infra")
            }
            return result
        }
        let bytes = try InventoryDocument.encode(.init(members: members(17_000)))
        #expect(try InventoryDocument.decode(bytes).members.count == 17_000)
        let error = #expect(throws: InventoryError.self) {
            try InventoryDocument.encode(.init(members: members(30_000)))
        }
        #expect(error?.reason == .inventoryTooLarge)
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"Pod":[]}"#, #"{"Pod":{"shop":"web"}}"#, #"{"Pod":{"shop":{"web":7}}}"#,
        #"{"groups":{}}"#, #"{"groups":[7]}"#, #"{"groups":[{}]}"#, #"{"groups":[{"members":{},"source":7}]}"#,
        #"{"groups":[{"members":{},"doubt":"new"}]}"#, #"{"groups":[{"members":{"Pod":{"shop":{"web":"short"}}}}]}"#,
        #"{"groups":[],"pruneBase":"7"}"#, #"{"groups":[],"pruneBase":-1}"#, #"{"groups":[],"pruneBase":1.5}"#,
        #"{"groups":[],"unseenKinds":[7]}"#, #"{"groups":[],"unseenKinds":{}}"#,
        #"{"groups":[{"members":{"Pod":{"a":{"b":null}}}},{"doubt":"lost","members":{"Pod":{"a":{"b":null}}}}]}"#,
    ])
    func `anything else is refused as damaged`(_ text: String) {
        let error = #expect(throws: InventoryError.self) { try InventoryDocument.decode(Array(text.utf8)) }
        #expect(error?.reason == .corruptInventory)
    }
}
