// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

@testable import SyncApply

/// What an apply is told to have changed: what the answer shows.
struct StandingFieldsTests {
    /// Something that a webhook replaces at each write, and something that somebody has changed.
    private static let replaced = FieldDifference(path: [.field("data"), .field("cut")], before: "one", after: "two")
    private static let changed = FieldDifference(path: [.field("data"), .field("level")], before: "low", after: "high")
    private static let dropped = FieldDifference(path: [.field("data"), .field("old")], before: "kept", after: nil)

    private func object(_ data: String) throws -> KubeObject {
        try KubeObject(
            JSONParser.parse(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{\#(data)}}"#)
        )
    }

    private func changes(_ differences: [FieldDifference], answer: String) throws -> (
        paths: [String], remarks: [String]
    ) {
        let object = try object("")
        let step = Step(
            id: ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "a"),
            action: .configure,
            cause: .drift,
            object: object,
            resource: APIResource(
                gvk: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"),
                plural: "configmaps",
                isNamespaced: true,
                verbs: ["patch"]
            ),
            origin: Origin(file: "a.yaml", line: 1),
            contentHash: "",
            live: object,
            differences: differences,
            newsCount: 1,
            dependsOn: [],
            mayRecreate: false
        )
        let standing = StandingFields(step, in: try self.object(answer))
        return (standing.changes(of: step).map(\.path), standing.remarks)
    }

    @Test func `what a webhook put back is no change, and what it let through is one`() throws {
        let differences = [Self.changed, Self.replaced]
        #expect(try changes(differences, answer: #""level":"high","cut":"one""#).paths == [".data.level"])
        #expect(try changes(differences, answer: #""level":"high","cut":"two""#).paths == [".data.level", ".data.cut"])
        #expect(try changes(differences, answer: #""level":"high""#).paths == [".data.level", ".data.cut"])
    }

    @Test func `where the answer shows nothing moved, what was sought is told`() throws {
        let nothing = try changes([Self.changed, Self.replaced], answer: #""level":"low","cut":"one""#)
        #expect(nothing.paths == [".data.level", ".data.cut"])
    }

    @Test func `a field that left the manifest and stands is no change but a remark`() throws {
        let stays = try changes([Self.changed, Self.dropped], answer: #""level":"high","old":"kept""#)
        #expect(stays.paths == [".data.level"])
        #expect(
            stays.remarks == [
                "left the manifest, and stays in the object: .data.old (the API server keeps it)"
            ]
        )
        let goes = try changes([Self.changed, Self.dropped], answer: #""level":"high""#)
        #expect(goes.paths == [".data.level", ".data.old"] && goes.remarks.isEmpty)
    }
}
