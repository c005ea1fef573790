// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import Testing

@testable import SyncPlan

/// Which live objects this project has applied, so that it may delete them to create them again.
@Suite struct ConfirmedObjectTests {
    struct Row: Sendable {
        var isMember = true
        var uid: String? = "u"
        var isLabelled = true
        var manager = "sternpost"
        var operation = "Apply"
        let isConfirmed: Bool
    }

    static let rows = [
        Row(isConfirmed: true),
        // Another incarnation than the one that was applied.
        Row(uid: "other", isConfirmed: false),
        Row(isMember: false, isConfirmed: false), Row(isLabelled: false, isConfirmed: false),
        // A pass died behind its apply, or has put the object back.
        Row(uid: nil, isConfirmed: true), Row(uid: nil, operation: "Update", isConfirmed: true),
        // Declared, and refused: a takeover of kubectl's fields leaves our name there, and no label.
        Row(uid: nil, isLabelled: false, isConfirmed: false),
        Row(uid: nil, manager: "kubectl", isConfirmed: false),
    ]

    @Test(arguments: rows) func `an object counts as applied by this project`(_ row: Row) throws {
        var live = try KubeObject(JSONParser.parse(PlanFixture.configMap("a")))
        live.json[["metadata", "uid"]] = "u"
        if row.isLabelled {
            live.json[["metadata", "labels", ApplySet.partOfLabel]] = .string(PlanFixture.applySet.id)
        }
        let entry: JSON = [
            "manager": .string(row.manager), "operation": .string(row.operation), "apiVersion": "v1",
            "fieldsType": "FieldsV1", "fieldsV1": ["f:data": ["f:a": [:]]],
        ]
        live.json[["metadata", "managedFields"]] = .array([entry])
        let members = row.isMember ? [live.id: Inventory.Member(uid: row.uid)] : [:]
        let inventory = Inventory(applySet: PlanFixture.applySet, members: members)
        #expect(inventory.confirms(live) == row.isConfirmed)
    }
}
