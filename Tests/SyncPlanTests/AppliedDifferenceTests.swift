// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// What an object would be with a difference applied, which a diff shows where the API server cannot answer.
struct AppliedDifferenceTests {
    private static let port = key(80)

    private static func key(_ port: Int64) -> FieldPathElement {
        .key(JSONObject([.init(key: "containerPort", value: .int(port)), .init(key: "protocol", value: "TCP")]))
    }

    /// Path, value, and what `spec` is then.
    private static let table: [([FieldPathElement], JSON?, JSON)] = [
        ([.field("replicas")], 3, ["replicas": 3, "ports": [["containerPort": 80, "protocol": "TCP"]], "set": ["a"]]),
        ([.field("replicas")], nil, ["ports": [["containerPort": 80, "protocol": "TCP"]], "set": ["a"]]),
        (
            [.field("ports"), port, .field("name")], "http",
            ["replicas": 1, "ports": [["containerPort": 80, "name": "http", "protocol": "TCP"]], "set": ["a"]]
        ),
        ([.field("ports"), port], nil, ["replicas": 1, "ports": [], "set": ["a"]]),
        (
            [.field("ports"), key(81), .field("name")], "tls",
            [
                "replicas": 1, "set": ["a"],
                "ports": [
                    ["containerPort": 80, "protocol": "TCP"], ["containerPort": 81, "name": "tls", "protocol": "TCP"],
                ],
            ]
        ),
        (
            [.field("set"), .value("b")], "b",
            ["replicas": 1, "ports": [["containerPort": 80, "protocol": "TCP"]], "set": ["a", "b"]]
        ),
        (
            [.field("set"), .value("a")], nil,
            ["replicas": 1, "ports": [["containerPort": 80, "protocol": "TCP"]], "set": []]
        ),
        (
            [.field("new"), .field("deep")], true,
            [
                "replicas": 1, "ports": [["containerPort": 80, "protocol": "TCP"]], "set": ["a"], "new": ["deep": true],
            ]
        ),
    ]

    @Test(arguments: table)
    func `only what differs is another value`(path: [FieldPathElement], value: JSON?, spec: JSON) throws {
        let live = try PlanFixture.live(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},
            "spec":{"replicas":1,"ports":[{"containerPort":80,"protocol":"TCP"}],"set":["a"]}}
            """
        )
        let difference = FieldDifference(path: [.field("spec")] + path, before: nil, after: value)
        #expect(difference.applied(to: live).json["spec"] == spec)
    }

    @Test func `a null that is declared where nothing stood is shown as null`() {
        let kind = GroupKind(group: "apps", kind: "Deployment")
        let difference = FieldDifference(path: [.field("spec"), .field("x")], before: nil, after: .null)
        let change = FieldChange(difference, of: kind)
        #expect(change.before == nil)
        #expect(change.after == "null")
    }
}
