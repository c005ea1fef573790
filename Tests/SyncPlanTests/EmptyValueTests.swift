// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// Empty maps and lists, zero values and null: when their absence is as we applied them, and when somebody did that.
struct EmptyValueTests {
    private static func pod(_ volume: String) -> String {
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"template":
        {"spec":{"volumes":[{"name":"tmp",\(volume)}]}}}}
        """
    }

    private static func volumes(_ fields: String) -> String {
        """
        "f:spec":{"f:template":{"f:spec":{"f:volumes":{"k:{\\"name\\":\\"tmp\\"}":{".":{},"f:name":{}\(fields)}}}}}
        """
    }

    private func paths(_ declared: String, _ live: KubeObject) throws -> [String] {
        let plan = PlanFixture.plan(try PlanFixture.rendered(declared), live: [live], members: [(live, "uid-1")])
        return plan.waves.flatMap(\.steps).flatMap(\.changes).map(\.path)
    }

    @Test func `an empty map that somebody replaced by another member of its union is a difference`() throws {
        // What a JSON patch by somebody else leaves: the entry of ours has lost the field that is gone.
        let live = try PlanFixture.live(Self.pod(#""hostPath":{"path":"/etc"}"#), owned: Self.volumes(""))
        #expect(
            try paths(Self.pod(#""emptyDir":{}"#), live) == [#".spec.template.spec.volumes[name="tmp"].emptyDir"#]
        )
        let kept = try PlanFixture.live(Self.pod(#""emptyDir":{}"#), owned: Self.volumes(#","f:emptyDir":{}"#))
        #expect(try paths(Self.pod(#""emptyDir":{}"#), kept).isEmpty)
    }

    @Test(arguments: ["{}", "[]", "null", "false", "0", #""""#])
    func `an empty value that was never taken in is a difference, and none once our entry has it`(value: String) throws
    {
        let head = #""apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop"}"#
        let declared = #"{\#(head),"dtaa":\#(value)}"#
        let bare = "{\(head)}"
        #expect(try paths(declared, try PlanFixture.live(bare)) == [".dtaa"])
        #expect(try paths(declared, try PlanFixture.live(bare, owned: #""f:dtaa":{}"#)).isEmpty)
    }

    @Test(arguments: ["false", "0", #""""#, "{}"])
    func `a value that git says instead of null is a difference, although the field is ours`(value: String) throws {
        let head = #""apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"s","namespace":"shop"}"#
        let live = try PlanFixture.live("{\(head)}", owned: #""f:automountServiceAccountToken":{}"#)
        let declared = try PlanFixture.rendered(#"{\#(head),"automountServiceAccountToken":\#(value)}"#)
        let mark = Inventory.AppliedMark(uid: "uid-1", resourceVersion: "6", contentHash: "that of null")
        let plan = PlanFixture.plan(declared, live: [live], members: [(live, "uid-1")], marks: [live.id: mark])
        let step = try #require(plan.waves.first?.steps.first)
        #expect(step.changes.map(\.path) == [".automountServiceAccountToken"] && step.cause == .commit)
    }

    @Test func `null in the place of a map that others write into takes nothing away`() throws {
        let declared = """
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop","annotations":null}}
            """
        var live = try PlanFixture.live(declared) { json in
            json[["metadata", "annotations"]] = ["revision.example.com": "2"]
            let ours: JSON = ["f:metadata": ["f:annotations": [:], "f:labels": [JSONPath.partOf: [:]]]]
            json[["metadata", "managedFields"]] = [
                ["manager": "sternpost", "operation": "Apply", "apiVersion": "v1", "fieldsV1": ours],
                [
                    "manager": "controller", "operation": "Update", "apiVersion": "v1", "subresource": "status",
                    "fieldsV1": ["f:metadata": ["f:annotations": [".": [:], "f:revision.example.com": [:]]]],
                ],
            ]
        }
        #expect(try paths(declared, live).isEmpty)
        live.json[["metadata", "annotations", "revision.example.com"]] = "3"
        #expect(try paths(declared, live).isEmpty)
    }

    @Test func `a list that the server keeps as null is as empty as it was declared`() throws {
        let declared = """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"r","namespace":"shop"},"rules":[]}
            """
        let live = try PlanFixture.live(declared, owned: #""f:rules":{}"#) { $0["rules"] = .null }
        #expect(try paths(declared, live).isEmpty)
    }

    @Test(arguments: ["aGVsbG8gd29y\nbGQ=\n", "aGVsbG8gd29y\r\nbGQ=\r\n", "aGVsbG8gd29ybGQ="])
    func `base64 is compared as the bytes that the server reads, line breaks and all`(text: String) throws {
        func object(_ kind: String, _ field: String, _ value: String) -> String {
            let head = #""apiVersion":"v1","kind":"\#(kind)","metadata":{"name":"s","namespace":"shop"}"#
            return #"{\#(head),"\#(field)":{"k":\#(JSON.string(value).text)}}"#
        }
        for (kind, field) in [("Secret", "data"), ("ConfigMap", "binaryData")] {
            func live(_ value: String) throws -> KubeObject {
                try PlanFixture.live(object(kind, field, value), owned: #""f:\#(field)":{"f:k":{}}"#)
            }
            #expect(try paths(object(kind, field, text), live("aGVsbG8gd29ybGQ=")).isEmpty)
            #expect(try paths(object(kind, field, text), live("aGFja2Vk")) == [".\(field).k"])
        }
        // Text is text: the same letters without a line break are another value of a ConfigMap.
        let plain = try PlanFixture.live(object("ConfigMap", "data", text + "\n"), owned: #""f:data":{"f:k":{}}"#)
        #expect(try paths(object("ConfigMap", "data", text), plain) == [".data.k"])
    }

    @Test func `base64 that the server would refuse is never taken for the same bytes`() throws {
        func secret(_ value: String) -> String {
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"},"data":{"k":"\#(value)"}}"#
        }
        let live = try PlanFixture.live(secret("aGVsbG8="), owned: #""f:data":{"f:k":{}}"#)
        #expect(try paths(secret("aGVsbG8"), live) == [".data.k"])
    }
}
