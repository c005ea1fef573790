// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

@testable import SyncApply

/// One row: who owns what of a live Service, and what is ours afterwards.
struct TakeoverRow: Sendable, CustomTestStringConvertible {
    let name: String
    let manager: String
    var operation = "Update"
    var apiVersion = "v1"
    var subresource = ""
    /// `fieldsV1` of that manager.
    let fields: String
    var adopts = false
    /// Paths that become ours; empty when nothing is to be patched.
    let moved: [String]
    /// Paths that stay with the manager.
    let kept: [String]

    var testDescription: String { name }
}

@Suite struct OwnershipTakeoverTests {
    private static let document = """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","labels":{"app":"web"}},
         "spec":{"type":"ClusterIP","ports":[{"name":"http","port":80}]}}
        """
    private static let ports =
        #""f:ports":{"k:{\"port\":8080,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}"#
    private static let editedPort = #".spec.ports[port=8080,protocol="TCP"]"#

    @Test(arguments: rows)
    func `people's kubectl loses what the manifest declares, and nobody else anything`(_ row: TakeoverRow) throws {
        let entry = """
            {"manager":"\(row.manager)","operation":"\(row.operation)","apiVersion":"\(row.apiVersion)",
             "subresource":"\(row.subresource)","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1",
             "fieldsV1":\(row.fields)}
            """
        let live = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","resourceVersion":"7","managedFields":[\(entry)]},
             "spec":{"ports":[{"name":"http","port":8080,"protocol":"TCP"},{"name":"extra","port":9090,"protocol":"TCP"}]}}
            """
        let patch = OwnershipTakeover(
            for: try KubeObject(try JSONParser.parse(live)),
            applying: try KubeObject(try JSONParser.parse(Self.document)),
            adopts: row.adopts
        )?.patch
        guard !row.moved.isEmpty else {
            #expect(patch == nil)
            return
        }
        let operations = try #require(patch?.array)
        #expect(operations.first == ["op": "test", "path": "/metadata/resourceVersion", "value": "7"])
        let entries = (operations.last?["value"]?.array ?? []).compactMap(ManagedFieldsEntry.init)
        let ours = try #require(entries.first { $0.manager == "sternpost" && $0.operation == .apply })
        #expect(ours.fields.paths.map(\.display).sorted() == row.moved.sorted())
        let theirs = entries.first { $0.manager == row.manager }
        #expect((theirs?.fields.paths.map(\.display) ?? []).sorted() == row.kept.sorted())
    }

    private static let template = ".spec.template.spec.containers[name=\"web\"]"
    private static let marks =
        #""f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/restartedAt":{},"f:digest.sternpost.dev/web":{}}}"#

    /// Fields of a Deployment that a rollout owns, and which of them the next apply takes.
    @Test(
        arguments: [
            (
                "a pin",
                "{\"f:metadata\":{\"f:annotations\":{\"f:sternpost.dev/rollout\":{}}},\"f:spec\":{\"f:template\":{\(marks),"
                    + #""f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{"f:image":{}}}}}}}"#,
                "Update", [template + ".image"]
            ),
            ("a restart", "{\"f:spec\":{\"f:template\":{\(marks)}}}", "Update", []),
            (
                "what was applied by that name",
                #"{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":"#
                    + #"{"f:image":{}}}}}}}"#,
                "Apply", []
            ),
        ] as [(String, String, String, [String])]
    )
    func `an image goes from our rollouts to the manifest, and the marks of a restart stay`(
        name: String,
        fields: String,
        operation: String,
        moved: [String]
    ) throws {
        let manifest = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","annotations":{"note":"x"}},
             "spec":{"template":{"metadata":{"annotations":{"mine":"y"}},
              "spec":{"containers":[{"name":"web","image":"nginx:latest"}]}}}}
            """
        var live = try JSONParser.parse(manifest)
        live[["metadata", "resourceVersion"]] = "7"
        live[["metadata", "managedFields"]] = [
            [
                "manager": .string(FieldManager.rollout), "operation": .string(operation), "apiVersion": "apps/v1",
                "time": "2027-01-15T08:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": try JSONParser.parse(fields),
            ]
        ]
        let patch = OwnershipTakeover(
            for: try KubeObject(live),
            applying: try KubeObject(try JSONParser.parse(manifest)),
            adopts: false
        )?.patch
        guard !moved.isEmpty else {
            #expect(patch == nil)
            return
        }
        let entries = (patch?.array?.last?["value"]?.array ?? []).compactMap(ManagedFieldsEntry.init)
        let ours = try #require(entries.first { $0.manager == FieldManager.main })
        #expect(ours.fields.paths.map(\.display) == moved)
        let theirs = try #require(entries.first { $0.manager == FieldManager.rollout })
        let kept = theirs.fields.paths.map(\.display)
        #expect(kept.count == 3 && kept.allSatisfy { $0.contains("annotations") })
    }

    @Test func `a container that left git leaves with the image that a rollout has pinned in it`() throws {
        let item = #"k:{"name":"old"}"#
        func entry(_ manager: String, _ operation: String, _ fields: JSON) -> JSON {
            [
                "manager": .string(manager), "operation": .string(operation), "apiVersion": "apps/v1",
                "time": "2027-01-15T08:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": fields,
            ]
        }
        func containers(_ items: JSON) -> JSON {
            ["f:spec": ["f:template": ["f:spec": ["f:containers": items]]]]
        }
        let manifest = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
             "spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:latest"}]}}}}
            """
        var live = try JSONParser.parse(manifest)
        live[["metadata", "resourceVersion"]] = "7"
        live[["metadata", "managedFields"]] = [
            entry(FieldManager.main, "Apply", containers([item: [".": [:], "f:name": [:]]])),
            entry(FieldManager.rollout, "Update", containers([item: ["f:image": [:]]])),
        ]
        let patch = OwnershipTakeover(
            for: try KubeObject(live),
            applying: try KubeObject(try JSONParser.parse(manifest)),
            adopts: false
        )?.patch
        let entries = (patch?.array?.last?["value"]?.array ?? []).compactMap(ManagedFieldsEntry.init)
        #expect(entries.map(\.manager) == [FieldManager.main])
        #expect(entries.first?.fields.paths.map(\.display).last?.hasSuffix("[name=\"old\"].name") == true)
    }

    static let rows: [TakeoverRow] = [
        .init(
            name: "kubectl apply declared the whole object",
            manager: "kubectl-client-side-apply",
            fields: #"{"f:metadata":{"f:annotations":{"f:note":{}}},"f:spec":{"f:type":{}}}"#,
            moved: [".metadata.annotations.note", ".spec.type"],
            kept: []
        ),
        .init(
            name: "kubectl edit of an item's key in a list that the manifest declares",
            manager: "kubectl-edit",
            fields: "{\"f:spec\":{\(ports),\"f:externalName\":{}}}",
            moved: [editedPort, editedPort + ".port"],
            kept: [".spec.externalName"]
        ),
        .init(
            name: "an item that kubectl edit put beside those of the manifest",
            manager: "kubectl-edit",
            fields: "{\"f:spec\":{\(ports.replacing("8080", with: "9090"))}}",
            moved: [],
            kept: []
        ),
        .init(
            name: "a label that kubectl set and the manifest declares",
            manager: "kubectl-label",
            fields: #"{"f:metadata":{"f:labels":{"f:app":{},"f:mine":{}}}}"#,
            moved: [".metadata.labels.app"],
            kept: [".metadata.labels.mine"]
        ),
        .init(
            name: "a field that the manifest does not declare",
            manager: "kubectl-patch",
            fields: #"{"f:spec":{"f:externalName":{}}}"#,
            moved: [],
            kept: []
        ),
        .init(
            name: "kubectl rollout restart",
            manager: "kubectl-rollout",
            fields: #"{"f:spec":{"f:type":{}}}"#,
            moved: [],
            kept: []
        ),
        .init(
            name: "a controller",
            manager: "kube-controller-manager",
            fields: #"{"f:spec":{"f:type":{}}}"#,
            moved: [],
            kept: []
        ),
        .init(
            name: "a subresource",
            manager: "kubectl",
            subresource: "scale",
            fields: #"{"f:spec":{"f:type":{}}}"#,
            moved: [],
            kept: []
        ),
        .init(
            name: "another version of the API",
            manager: "kubectl-client-side-apply",
            apiVersion: "v2",
            fields: #"{"f:spec":{"f:type":{}}}"#,
            moved: [],
            kept: []
        ),
        .init(
            name: "server-side kubectl apply beside us",
            manager: "kubectl",
            operation: "Apply",
            fields: #"{"f:spec":{"f:type":{}}}"#,
            moved: [],
            kept: []
        ),
        .init(
            name: "server-side kubectl apply before us",
            manager: "kubectl",
            operation: "Apply",
            fields: #"{"f:spec":{"f:externalName":{}}}"#,
            adopts: true,
            moved: [".spec.externalName"],
            kept: []
        ),
    ]
}
