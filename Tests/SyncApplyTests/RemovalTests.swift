// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

@testable import SyncApply

/// Which fields a step takes from people's kubectl and removes, beside what planning has found to differ.
struct RemovalTests {
    private static let container: [FieldPathElement] = [
        .field("spec"), .field("template"), .field("spec"), .field("containers"), .key(JSONObject([name("web")])),
    ]

    private static func name(_ value: String) -> JSONObject.Member { .init(key: "name", value: .string(value)) }

    private static func entry(_ manager: String, _ operation: String, _ fields: String) -> String {
        """
        {"manager":"\(manager)","operation":"\(operation)","apiVersion":"apps/v1","time":"2027-01-15T08:00:00Z",
         "fieldsType":"FieldsV1","fieldsV1":\(fields)}
        """
    }

    /// `fieldsV1` of fields of the container `web`.
    private static func inContainer(_ fields: String) -> String {
        #"{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{\#(fields)}}}}}}"#
    }

    private static let env = #""f:env":{".":{},"k:{\"name\":\"A\"}":{".":{},"f:name":{},"f:value":{}}}"#

    /// A Deployment whose image and environment were set by hand; git declares `declared` of the container.
    private func step(_ entries: [String], declared: String = "") throws -> Step {
        func object(_ metadata: String, _ container: String) throws -> KubeObject {
            try KubeObject(
                JSONParser.parse(
                    """
                    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"\(metadata)},"spec":{"template":
                     {"spec":{"containers":[{"name":"web",\(container)}]}}}}
                    """
                )
            )
        }
        let live = try object(
            ",\"resourceVersion\":\"7\",\"annotations\":{\"\(WireName.lastApplied)\":\"{}\",\"note\":\"x\"},"
                + "\"managedFields\":[\(entries.joined(separator: ","))]",
            #""image":"web:2","env":[{"name":"A","value":"1"}]"#
        )
        return Step(
            id: live.id,
            action: .configure,
            cause: .drift,
            object: try object("", #""image":"web:1"\#(declared)"#),
            resource: APIResource(
                gvk: GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment"),
                plural: "deployments",
                isNamespaced: true,
                verbs: ["patch"]
            ),
            origin: Origin(file: "a.yaml", line: 1),
            contentHash: "",
            live: live,
            differences: [FieldDifference(path: Self.container + [.field("image")], before: "web:2", after: "web:1")],
            newsCount: 1,
            dependsOn: [],
            mayRecreate: false
        )
    }

    @Test func `what was set by hand beside a declared field is named with who set it`() throws {
        let step = try step([Self.entry("kubectl-set", "Update", Self.inContainer(#""f:image":{},\#(Self.env)"#))])
        let path = #".spec.template.spec.containers[name="web"].env"#
        #expect(step.removals.map(\.path.display) == [path])
        #expect(step.removals.first?.owner?.manager == "kubectl-set" && step.removals.first?.after == nil)
        #expect(step.removalText.hasPrefix("; removes \(path) (taken from kubectl-set at "))
    }

    @Test func `what is as before after the apply was not removed`() throws {
        let step = try step([Self.entry("kubectl-set", "Update", Self.inContainer(#""f:image":{},\#(Self.env)"#))])
        let live = try #require(step.live)
        #expect(step.removed(from: live).isEmpty)
        #expect(step.removed(from: step.object).map(\.after) == [nil])
    }

    @Test(
        arguments: [
            ("declared by git", "kubectl-set", #","env":[{"name":"A","value":"2"}]"#, false),
            ("a controller's", "injector", "", false), ("kept by another manager", "kubectl-set", "", true),
        ]
    )
    func `what stays is not named`(name: String, manager: String, declared: String, isShared: Bool) throws {
        var entries = [Self.entry(manager, "Update", Self.inContainer(#""f:image":{},\#(Self.env)"#))]
        if isShared { entries.append(Self.entry("injector", "Update", Self.inContainer(Self.env))) }
        let step = try step(entries, declared: declared)
        #expect(step.removals.isEmpty && step.removalText.isEmpty, "\(name): \(step.removals)")
    }

    @Test func `of annotations each is named by itself, and kubectl's copy of the object not at all`() throws {
        let fields = #"{"f:metadata":{"f:annotations":{".":{},"f:\#(WireName.lastApplied)":{},"f:note":{}}}}"#
        let step = try step([Self.entry("kubectl-client-side-apply", "Update", fields)])
        #expect(step.removals.map(\.path.display) == [".metadata.annotations.note"])
    }
}
