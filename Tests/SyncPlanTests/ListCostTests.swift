// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// What comparing long lists costs: steps are counted, never seconds.
struct ListCostTests {
    /// How a list's items are told apart, with what the items and the server's names for them look like.
    enum List: String, CaseIterable, Sendable {
        case set, keyed, halfKeyed, unknownToAnybody

        func item(_ number: Int) -> JSON {
            switch self {
            case .set, .unknownToAnybody: .string("text-\(number)")
            case .keyed: ["name": .string("n\(number)"), "value": "v"]
            case .halfKeyed: ["port": .int(Int64(number)), "targetPort": "http"]
            }
        }

        func live(_ number: Int) -> JSON {
            var item = item(number)
            if self == .halfKeyed { item["protocol"] = "TCP" }
            return item
        }

        func element(_ number: Int) -> FieldPathElement? {
            switch self {
            case .set: .value(item(number))
            case .keyed: .key(JSONObject([.init(key: "name", value: .string("n\(number)"))]))
            case .halfKeyed:
                .key(
                    JSONObject([
                        .init(key: "port", value: .int(Int64(number))), .init(key: "protocol", value: "TCP"),
                    ])
                )
            case .unknownToAnybody: nil
            }
        }
    }

    private func steps(_ list: List, _ count: Int) throws -> Int {
        var declared: JSON = [
            "apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": "t", "namespace": "shop"],
        ]
        declared[["spec", "items"]] = .array((0..<count).map(list.item))
        var live = declared
        live[["spec", "items"]] = .array((0..<count).map(list.live))
        var owned = FieldSet()
        for number in 0..<count {
            guard let element = list.element(number) else { continue }
            let path: [FieldPathElement] = [.field("spec"), .field("items"), element]
            owned.insert(path)
            guard case .object(let members) = list.item(number) else { continue }
            for key in members.keys { owned.insert(path + [.field(key)]) }
        }
        live[["metadata", "managedFields"]] = [
            ["manager": "sternpost", "operation": "Apply", "apiVersion": "example.com/v1", "fieldsV1": owned.fieldsV1]
        ]
        let result = FieldComparison.measured(declared: try KubeObject(declared), live: try KubeObject(live))
        #expect(result.differences.isEmpty == (list != .unknownToAnybody))
        return result.steps
    }

    @Test(arguments: List.allCases) func `twice as long a list costs about twice as much`(list: List) throws {
        let small = try steps(list, 1_000)
        let large = try steps(list, 2_000)
        #expect(Double(large) / Double(small) < 2.5, "\(small) and \(large) steps")
    }

    @Test func `items that leave out a key field find their own among those with the same rest`() throws {
        let declared = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"shop"},"spec":{"ports":[{"port":53}]}}
            """
        let owned = """
            "f:spec":{"f:ports":{"k:{\\"port\\":53,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{}}}}
            """
        let live = try PlanFixture.live(declared, owned: owned) { json in
            json[["spec", "ports"]] = [["port": 53, "protocol": "SCTP"], ["port": 53, "protocol": "TCP"]]
            json[["metadata", "managedFields"]] = .array(
                (json[["metadata", "managedFields"]]?.array ?? []) + [
                    [
                        "manager": "somebody", "operation": "Update", "apiVersion": "v1",
                        "fieldsV1": [
                            "f:spec": [
                                "f:ports": [
                                    #"k:{"port":53,"protocol":"SCTP"}"#: [".": [:], "f:port": [:], "f:protocol": [:]]
                                ]
                            ]
                        ],
                    ]
                ]
            )
        }
        let differences = FieldComparison.differences(declared: try PlanFixture.object(declared), live: live)
            .filter { $0.path.first == .field("spec") }
        #expect(differences.isEmpty, "\(differences.map(\.path.display))")
    }
}
