// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// What a CustomResourceDefinition defines.
struct DefinedKindTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var apiVersion = "apiextensions.k8s.io/v1"
        var kind = "CustomResourceDefinition"
        /// The inside of `spec`.
        let spec: String
        /// Whether `Widget.acme.dev` is defined.
        var isDefined = true
        /// The versions in which it is served.
        var versions: [String] = []
        var isNamespaced = false
    }

    private static let names = #""names":{"kind":"Widget","plural":"widgets"}"#
    private static let group = #""group":"acme.dev""#
    private static let versions =
        #""versions":[{"name":"v1","served":true},{"name":"v1beta1","served":false},{"name":"v2","served":true}]"#

    static let rows = [
        Row(
            testDescription: "in namespaces",
            spec: "\(group),\(names),\(versions),\"scope\":\"Namespaced\"",
            versions: ["v1", "v2"],
            isNamespaced: true
        ),
        Row(testDescription: "cluster-wide", spec: "\(group),\(names),\(versions)", versions: ["v1", "v2"]),
        Row(
            testDescription: "no version served",
            spec: #"\#(group),\#(names),"versions":[{"name":"v1","served":false}]"#
        ),
        Row(testDescription: "no versions", spec: "\(group),\(names)"),
        Row(testDescription: "no plural", spec: #"\#(group),"names":{"kind":"Widget"},\#(versions)"#),
        Row(testDescription: "no group", spec: "\(names),\(versions)", isDefined: false),
        Row(
            testDescription: "no kind",
            spec: #"\#(group),"names":{"plural":"widgets"},\#(versions)"#,
            isDefined: false
        ),
        Row(testDescription: "nothing", spec: "", isDefined: false),
        Row(
            testDescription: "another group's kind of that name",
            apiVersion: "acme.dev/v1",
            spec: "\(group),\(names),\(versions)",
            isDefined: false
        ),
        Row(testDescription: "another kind", kind: "Widget", spec: "\(group),\(names),\(versions)", isDefined: false),
    ]

    @Test(arguments: rows)
    func `a definition says its kind, and where each served version is`(row: Row) throws {
        let object = try PlanFixture.object(
            """
            {"apiVersion":"\(row.apiVersion)","kind":"\(row.kind)","metadata":{"name":"widgets.acme.dev"},
             "spec":{\(row.spec)}}
            """
        )
        #expect(object.definedKind == (row.isDefined ? GroupKind(group: "acme.dev", kind: "Widget") : nil))
        let resources = CustomResource.resources(definedBy: object)
        #expect(resources.map(\.gvk.apiVersion) == row.versions.map { "acme.dev/\($0)" })
        #expect(resources.allSatisfy { $0.plural == "widgets" && $0.isNamespaced == row.isNamespaced })
        let rendered = try PlanFixture.rendered(object.json.text)
        let places = CustomResource.places(definedIn: rendered.objects)
        #expect(places.keys.map(\.version).sorted() == row.versions)
        #expect(places.values.allSatisfy { $0.definition == object.id })
    }
}
