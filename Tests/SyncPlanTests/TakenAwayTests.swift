// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// One row: what somebody did to a live Deployment by hand, and which differences that makes.
struct HandEdit: Sendable, CustomTestStringConvertible {
    let name: String
    let manager: String
    /// `fieldsV1` of that manager.
    let fields: String
    /// What the live object has at these places.
    let edits: [Edit]
    /// Paths of the differences; empty when the object needs no write.
    let expected: [String]

    struct Edit: Sendable {
        let path: [String]
        let value: JSON
    }

    var testDescription: String { name }
}

/// What the next write would take away with the fields of people's kubectl is a difference now, and nothing else is.
struct TakenAwayTests {
    private static let manifest = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"se","namespace":"shop"},"spec":{"template":
        {"spec":{"containers":[{"name":"c","image":"web:1"}]}}}}
        """
    private static let owned =
        #""f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:name":{},"f:image":{}}}}}}"#
    private static let container = #".spec.template.spec.containers[name="c"]"#

    /// Our own entry in `PlanFixture.live` says `v1`; a takeover is between entries of one version.
    private static func entry(_ manager: String, _ fields: String) throws -> JSON {
        [
            "manager": .string(manager), "operation": "Update", "apiVersion": "v1", "time": "2026-11-30T08:00:00Z",
            "fieldsType": "FieldsV1", "fieldsV1": try JSONParser.parse(fields),
        ]
    }

    private static func live(_ edit: HandEdit) throws -> KubeObject {
        let entry = try entry(edit.manager, edit.fields)
        return try PlanFixture.live(manifest, owned: owned) { json in
            for edit in edit.edits { json[edit.path] = edit.value }
            json[["metadata", "managedFields"]] = .array((json[["metadata", "managedFields"]]?.array ?? []) + [entry])
        }
    }

    /// The inventory after an apply of the manifest, from before the edit.
    private static func marks(of live: KubeObject) throws -> [ObjectID: Inventory.AppliedMark] {
        let plan = PlanFixture.plan(try PlanFixture.rendered(manifest))
        let hash = try #require(plan.waves.first?.steps.first?.contentHash)
        return [live.id: Inventory.AppliedMark(uid: "uid-1", resourceVersion: "6", contentHash: hash)]
    }

    private static func plan(_ live: KubeObject, drift: PlanPolicy.DriftMode = .heal) throws -> Plan {
        PlanFixture.plan(
            try PlanFixture.rendered(manifest),
            live: [live],
            members: [(live, "uid-1")],
            policy: PlanPolicy(drift: drift),
            marks: try marks(of: live)
        )
    }

    @Test(arguments: rows)
    func `what a write would take away is drift at once, and what it leaves is none`(_ row: HandEdit) throws {
        let live = try Self.live(row)
        let plan = try Self.plan(live)
        let steps = plan.waves.flatMap(\.steps)
        let differences = steps.flatMap(\.differences)
        #expect(differences.map(\.path.display) == row.expected)
        #expect(plan.unchanged.count == (row.expected.isEmpty ? 1 : 0))
        #expect(steps.map(\.cause) == (row.expected.isEmpty ? [] : [.drift]))
        #expect(Set(differences.compactMap(\.owner?.manager)) == (row.expected.isEmpty ? [] : [row.manager]))
        // What is only reported is not written, and never counts as unchanged.
        let reported = try Self.plan(live, drift: .report)
        #expect(reported.waves.isEmpty)
        #expect(reported.reportedDrift.map(\.id.name) == (row.expected.isEmpty ? [] : ["se"]))
        // Whoever reads the cluster keeps the object whole, and no mark of it.
        let triage = Triage(
            rendered: try PlanFixture.rendered(Self.manifest),
            catalog: PlanFixture.catalog,
            inventory: Inventory(
                applySet: PlanFixture.applySet,
                members: [live.id: .init(uid: "uid-1")],
                marks: try Self.marks(of: live)
            ),
            defaultNamespace: ""
        )
        #expect((triage.kept(live).whole == nil) == row.expected.isEmpty)
    }

    @Test func `without any memory of what was applied it is drift, too`() throws {
        let live = try Self.live(try #require(Self.rows.first))
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.manifest),
            live: [live],
            members: [(live, "uid-1")]
        )
        #expect(plan.waves.flatMap(\.steps).map(\.cause) == [.drift])
    }

    @Test func `what the object asks to leave to other managers is not taken away`() throws {
        let live = try Self.live(try #require(Self.rows.first))
        func takenAway(_ annotations: JSON) throws -> [String] {
            var declared = try JSONParser.parse(Self.manifest)
            declared[["metadata", "annotations"]] = annotations
            let differences = FieldComparison.differences(declared: try KubeObject(declared), live: live)
            return differences.filter(\.isTakenAway).map(\.path.display)
        }
        #expect(try takenAway(["note": "x"]) == [Self.container + ".env"])
        #expect(try takenAway(["sternpost.dev/force-conflicts": "disabled"]) == [])
    }

    @Test func `what another manager owns as well stays`() throws {
        let row = try #require(Self.rows.first)
        let other = try Self.entry("injector", row.fields)
        var json = try Self.live(row).json
        json[["metadata", "managedFields"]] = .array((json[["metadata", "managedFields"]]?.array ?? []) + [other])
        #expect(try Self.plan(try KubeObject(json)).waves.isEmpty)
    }
}

extension TakenAwayTests {
    private static func inContainer(_ fields: String, named name: String = "c") -> String {
        #"{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"\#(name)\"}":{\#(fields)}}}}}}"#
    }

    private static func containers(_ container: JSON...) -> HandEdit.Edit {
        .init(path: ["spec", "template", "spec", "containers"], value: .array(container))
    }

    private static let env =
        inContainer(#""f:env":{".":{},"k:{\"name\":\"PATCHED\"}":{".":{},"f:name":{},"f:value":{}}}"#)
    private static let withEnv = containers([
        "name": "c", "image": "web:1", "env": [["name": "PATCHED", "value": "1"]],
    ])

    static let rows: [HandEdit] = [
        .init(
            name: "kubectl set env in a declared container",
            manager: "kubectl-set",
            fields: env,
            edits: [withEnv],
            expected: [container + ".env"]
        ),
        .init(
            name: "kubectl patch of a field in a declared container",
            manager: "kubectl-patch",
            fields: inContainer(#""f:workingDir":{}"#),
            edits: [containers(["name": "c", "image": "web:1", "workingDir": "/x"])],
            expected: [container + ".workingDir"]
        ),
        .init(
            name: "a field anywhere of somebody who declares the whole object",
            manager: "kubectl-client-side-apply",
            fields: #"{"f:spec":{"f:minReadySeconds":{}}}"#,
            edits: [.init(path: ["spec", "minReadySeconds"], value: 5)],
            expected: [".spec.minReadySeconds"]
        ),
        .init(
            name: "kubectl edit of a declared value",
            manager: "kubectl-edit",
            fields: inContainer(#""f:image":{}"#),
            edits: [containers(["name": "c", "image": "web:2"])],
            expected: [container + ".image"]
        ),
        .init(
            name: "a declared value that kubectl has set to the same",
            manager: "kubectl-set",
            fields: inContainer(#""f:image":{}"#),
            edits: [],
            expected: []
        ),
        .init(
            name: "kubectl annotate, outside of any list",
            manager: "kubectl-annotate",
            fields: #"{"f:metadata":{"f:annotations":{".":{},"f:note":{}}}}"#,
            edits: [.init(path: ["metadata", "annotations"], value: ["note": "x"])],
            expected: []
        ),
        .init(
            name: "a container that kubectl edit put beside the declared one",
            manager: "kubectl-edit",
            fields: inContainer(#"".":{},"f:image":{},"f:name":{}"#, named: "d"),
            edits: [containers(["name": "c", "image": "web:1"], ["name": "d", "image": "web:1"])],
            expected: []
        ),
        .init(
            name: "a controller's variable in a declared container",
            manager: "kube-controller-manager",
            fields: env,
            edits: [withEnv],
            expected: []
        ),
        .init(
            name: "a webhook's variable in a declared container",
            manager: "injector",
            fields: env,
            edits: [withEnv],
            expected: []
        ),
        .init(
            name: "a rollout's pin",
            manager: FieldManager.rollout,
            fields: inContainer(#""f:image":{}"#),
            edits: [],
            expected: []
        ),
        .init(
            name: "kubectl rollout restart",
            manager: "kubectl-rollout",
            fields: #"{"f:spec":{"f:template":{"f:metadata":{"f:annotations":{"f:restartedAt":{}}}}}}"#,
            edits: [.init(path: ["spec", "template", "metadata", "annotations"], value: ["restartedAt": "x"])],
            expected: []
        ),
    ]
}
