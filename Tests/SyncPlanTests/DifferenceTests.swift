// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// When an object needs a write, and why.
struct DifferenceTests {
    private static let deployment = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":2,
        "template":{"spec":{"containers":[{"name":"web","image":"web:1","ports":[{"containerPort":80}],
        "resources":{"limits":{"cpu":"1000m"}}}]}}}}
        """
    private static let owned = """
        "f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:name":{},
        "f:image":{},"f:ports":{"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{}}},
        "f:resources":{"f:limits":{"f:cpu":{}}}}}}}}
        """

    private func plan(policy: PlanPolicy = PlanPolicy(), marked: Bool = false, edit: (inout JSON) -> Void) throws
        -> Plan
    {
        let rendered = try PlanFixture.rendered(DifferenceTests.deployment)
        let live = try PlanFixture.live(DifferenceTests.deployment, owned: DifferenceTests.owned, edit: edit)
        var marks: [ObjectID: Inventory.AppliedMark] = [:]
        if marked {
            let first = PlanFixture.plan(rendered)
            let hash = try #require(first.waves.first?.steps.first?.contentHash)
            marks[live.id] = .init(uid: "uid-1", resourceVersion: "older", contentHash: hash)
        }
        return PlanFixture.plan(rendered, live: [live], members: [(live, "uid-1")], policy: policy, marks: marks)
    }

    @Test func `an object as we applied it, with what the server filled in, needs no write`() throws {
        let plan = try plan { json in
            let container: JSON = [
                "name": "web", "image": "web:1", "imagePullPolicy": "IfNotPresent",
                "ports": [["containerPort": 80, "protocol": "TCP"]], "resources": ["limits": ["cpu": "1"]],
            ]
            json[["spec", "template", "spec", "containers"]] = [container]
            json[["spec", "strategy"]] = ["type": "RollingUpdate"]
            json["status"] = ["replicas": 2]
        }
        #expect(plan.waves.isEmpty)
        #expect(plan.unchanged.count == 1)
    }

    @Test func `a changed value is a change that names path, values and who wrote it`() throws {
        let plan = try plan { json in
            json[["spec", "replicas"]] = 5
            json[["metadata", "managedFields"]] = .array(
                (json[["metadata", "managedFields"]]?.array ?? []) + [
                    [
                        "manager": "kubectl-edit", "operation": "Update", "apiVersion": "apps/v1",
                        "time": "2026-11-23T10:42:00Z", "fieldsV1": ["f:spec": ["f:replicas": [:]]],
                    ]
                ]
            )
        }
        let step = try #require(plan.waves.first?.steps.first)
        #expect(step.action == .configure)
        #expect(
            step.changes == [
                FieldChange(
                    path: ".spec.replicas",
                    before: "5",
                    after: "2",
                    takenFrom: "kubectl-edit at 2026-11-23T10:42:00Z"
                )
            ]
        )
    }

    @Test func `the same value in other hands is taken back`() throws {
        let plan = try plan { json in
            json[["metadata", "managedFields"]] = .array([
                [
                    "manager": "sternpost", "operation": "Apply", "apiVersion": "apps/v1",
                    "fieldsV1": ["f:metadata": ["f:labels": [JSONPath.partOf: [:]]]],
                ]
            ])
        }
        #expect(plan.waves.first?.steps.first?.changes.contains { $0.path == ".spec.replicas" } == true)
    }

    @Test func `a field that we own and git dropped is removed`() throws {
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("settings"))
        let live = try PlanFixture.live(
            PlanFixture.configMap("settings", #""a":"1","b":"2""#),
            owned: #""f:data":{"f:a":{},"f:b":{}}"#
        )
        let plan = PlanFixture.plan(rendered, live: [live], members: [(live, "uid-1")])
        #expect(
            plan.waves.first?.steps.first?.changes
                == [FieldChange(path: ".data.b", before: #""2""#, after: nil, takenFrom: nil)]
        )
    }

    @Test func `values of a Secret are never in a change`() throws {
        let secret = """
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"},"stringData":{"k":"canary-new"}}
            """
        let live = try PlanFixture.live(
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"},"data":{"k":"Y2FuYXJ5"}}"#,
            owned: #""f:data":{"f:k":{}}"#
        )
        let plan = PlanFixture.plan(try PlanFixture.rendered(secret), live: [live], members: [(live, "uid-1")])
        let changes = try #require(plan.waves.first?.steps.first?.changes)
        #expect(changes.map(\.path) == [".data.k"])
        #expect(changes.allSatisfy { $0.before == nil && $0.after == nil })
    }

    @Test func `a live change under an unchanged manifest is drift, healed or only reported as the project says`()
        throws
    {
        let healed = try plan(marked: true) { $0[["spec", "replicas"]] = 5 }
        #expect(healed.waves.first?.steps.first?.cause == .drift)
        let reported = try plan(policy: PlanPolicy(drift: .report), marked: true) { $0[["spec", "replicas"]] = 5 }
        #expect(reported.waves.isEmpty)
        #expect(reported.reportedDrift.map(\.id.name) == ["web"])
    }

    @Test func `false is not the same as absent before it was taken in`() throws {
        let text = """
            {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"s","namespace":"shop"},
            "automountServiceAccountToken":false}
            """
        let rendered = try PlanFixture.rendered(text)
        let before = try PlanFixture.live(text) { $0["automountServiceAccountToken"] = nil }
        let wanted = PlanFixture.plan(rendered, live: [before], members: [(before, "uid-1")])
        #expect(wanted.waves.first?.steps.first?.changes.map(\.path) == [".automountServiceAccountToken"])
        let owned = #""f:automountServiceAccountToken":{}"#
        let after = try PlanFixture.live(text, owned: owned) { $0["automountServiceAccountToken"] = nil }
        #expect(PlanFixture.plan(rendered, live: [after], members: [(after, "uid-1")]).waves.isEmpty)
    }

    @Test func `another order of keyed items is a change`() throws {
        func pod(_ first: String, _ second: String) -> String {
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"template":
            {"spec":{"initContainers":[{"name":"\(first)"},{"name":"\(second)"}]}}}}
            """
        }
        let owned = """
            "f:spec":{"f:template":{"f:spec":{"f:initContainers":{"k:{\\"name\\":\\"a\\"}":{".":{},"f:name":{}},
            "k:{\\"name\\":\\"b\\"}":{".":{},"f:name":{}}}}}}
            """
        let live = try PlanFixture.live(pod("a", "b"), owned: owned)
        let same = PlanFixture.plan(try PlanFixture.rendered(pod("a", "b")), live: [live], members: [(live, "uid-1")])
        #expect(same.waves.isEmpty)
        let other = PlanFixture.plan(try PlanFixture.rendered(pod("b", "a")), live: [live], members: [(live, "uid-1")])
        #expect(other.waves.first?.steps.first?.changes.map(\.path) == [".spec.template.spec.initContainers"])
    }

    @Test func `an exactly matching mark settles an object whose spelling the server changed`() throws {
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("settings"))
        let live = try PlanFixture.live(PlanFixture.configMap("settings", #""a":"other""#))
        let hash = try #require(PlanFixture.plan(rendered).waves.first?.steps.first?.contentHash)
        let plan = PlanFixture.plan(
            rendered,
            live: [live],
            members: [(live, "uid-1")],
            marks: [live.id: .init(uid: "uid-1", resourceVersion: "7", contentHash: hash)]
        )
        #expect(plan.waves.isEmpty)
    }
}

/// Keys that are awkward to write in literals.
enum JSONPath {
    static let partOf = "f:\(ApplySet.partOfLabel)"
}
