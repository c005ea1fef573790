// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// Whose doing a difference is: the commit's, or of whoever `managedFields` names.
struct CauseTests {
    private static func deployment(replicas: Int = 2, image: String = "nginx:latest") -> String {
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":
        \(replicas),"template":{"spec":{"containers":[{"name":"web","image":"\(image)"}]}}}}
        """
    }

    private static let template = """
        "f:template":{"f:spec":{"f:containers":{"k:{\\"name\\":\\"web\\"}":{".":{},"f:name":{},"f:image":{}}}}}
        """

    /// As after `kubectl scale --replicas=5`.
    private func scaled(pin: String? = nil) throws -> KubeObject {
        try PlanFixture.live(Self.deployment(), owned: #""f:spec":{\#(Self.template)}"#) { json in
            json[["spec", "replicas"]] = 5
            json[["metadata", "resourceVersion"]] = "9"
            if let pin {
                json[["metadata", "annotations", WireName.rollout]] = .string(PinNote.text(["web": pin]))
                json[["spec", "template", "spec", "containers"]] = [
                    ["name": "web", "image": .string("nginx:latest@\(pin)")]
                ]
            }
            json[["metadata", "managedFields"]] = .array(
                (json[["metadata", "managedFields"]]?.array ?? []) + [
                    [
                        "manager": "kubectl", "operation": "Update", "apiVersion": "apps/v1", "subresource": "scale",
                        "time": "2026-11-28T10:42:00Z", "fieldsV1": ["f:spec": ["f:replicas": [:]]],
                    ]
                ]
            )
        }
    }

    private func hash(_ text: String) throws -> String {
        try #require(PlanFixture.plan(try PlanFixture.rendered(text)).waves.first?.steps.first?.contentHash)
    }

    private func step(_ text: String, _ live: KubeObject, markOf marked: String? = nil) throws -> Step {
        var marks: [ObjectID: Inventory.AppliedMark] = [:]
        if let marked {
            marks[live.id] = .init(uid: "uid-1", resourceVersion: "7", contentHash: try hash(marked))
        }
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(text),
            live: [live],
            members: [(live, "uid-1")],
            marks: marks
        )
        return try #require(plan.waves.flatMap(\.steps).first)
    }

    @Test func `a scale by hand is named with its subresource`() throws {
        let step = try step(Self.deployment(), try scaled(), markOf: Self.deployment())
        #expect(step.cause == .drift)
        #expect(step.changes.map(\.takenFrom) == ["kubectl (scale) at 2026-11-28T10:42:00Z"])
    }

    @Test func `a scale by hand after a rollout has pinned an image is drift, not the commit's`() throws {
        let pin = "sha256:" + String(repeating: "ab", count: 32)
        let step = try step(Self.deployment(), try scaled(pin: pin), markOf: Self.deployment())
        #expect(step.cause == .drift && step.changes.map(\.path) == [".spec.replicas"])
    }

    @Test func `without any memory of what was applied managedFields tell who it was`() throws {
        let step = try step(Self.deployment(), try scaled())
        #expect(step.cause == .drift)
    }

    @Test func `a commit stays the cause of what it changed, beside what others did`() throws {
        let step = try step(Self.deployment(image: "nginx:1.27"), try scaled(), markOf: Self.deployment())
        #expect(step.cause == .commit && step.changes.count == 2)
        #expect(step.differences.map(\.isForeign) == [true, false])
        // Without memory, too: nobody else has written the image.
        #expect(try self.step(Self.deployment(image: "nginx:1.27"), try scaled()).cause == .commit)
    }

    @Test func `what our own rollout has written is nobody else's`() throws {
        let live = try PlanFixture.live(Self.deployment(), owned: #""f:spec":{"f:replicas":{},\#(Self.template)}"#) {
            json in
            json[["spec", "template", "spec", "containers"]] = [["name": "web", "image": "nginx:1.26"]]
            json[["metadata", "managedFields"]] = .array(
                (json[["metadata", "managedFields"]]?.array ?? []) + [
                    [
                        "manager": "sternpost-rollout", "operation": "Update", "apiVersion": "apps/v1",
                        "fieldsV1": [
                            "f:spec": [
                                "f:template": [
                                    "f:spec": ["f:containers": [#"k:{"name":"web"}"#: ["f:image": [:]]]]
                                ]
                            ]
                        ],
                    ]
                ]
            )
        }
        #expect(try step(Self.deployment(), live).cause == .commit)
    }

    @Test func `a version that is given out again with other content is compared, not believed`() throws {
        let text = PlanFixture.configMap("settings")
        let mark = Inventory.AppliedMark(
            uid: "uid-1",
            resourceVersion: "7",
            contentHash: try hash(text),
            state: "@2026-11-28T10:00:00Z"
        )
        func live(_ value: String, time: String) throws -> KubeObject {
            try PlanFixture.live(PlanFixture.configMap("settings", #""a":"\#(value)""#), owned: #""f:data":{"f:a":{}}"#)
            {
                var entry = $0["metadata"]?["managedFields"]?.array?.first ?? [:]
                entry["time"] = .string(time)
                $0[["metadata", "managedFields"]] = [entry]
            }
        }
        func plan(_ live: KubeObject) throws -> Plan {
            PlanFixture.plan(
                try PlanFixture.rendered(text),
                live: [live],
                members: [(live, "uid-1")],
                marks: [live.id: mark]
            )
        }
        // The very object that was seen, whatever the comparison would say of it.
        #expect(try plan(live("other", time: "2026-11-28T10:00:00Z")).waves.isEmpty)
        // A restored store counts on from an older version and comes to the same number again.
        #expect(try plan(live("other", time: "2026-11-28T11:00:00Z")).waves.first?.steps.first?.cause == .drift)
    }
}
