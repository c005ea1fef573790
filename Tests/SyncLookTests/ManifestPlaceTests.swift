// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import Testing

/// Which namespace a manifest has in the cluster, and so which identity.
struct ManifestPlaceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What stands in `metadata` behind the name.
        let metadata: String
        var isNamespaced = true
        var defaultNamespace = "shop"
        let namespace: String
    }

    static let rows = [
        Row(testDescription: "its own", metadata: #","namespace":"blog""#, namespace: "blog"),
        Row(testDescription: "the project's", metadata: "", namespace: "shop"),
        Row(testDescription: "an empty one is none", metadata: #","namespace":"""#, namespace: "shop"),
        Row(testDescription: "nor is null", metadata: #","namespace":null"#, namespace: "shop"),
        Row(testDescription: "default", metadata: "", defaultNamespace: "", namespace: "default"),
        Row(
            testDescription: "its own without a default",
            metadata: #","namespace":"blog""#,
            defaultNamespace: "",
            namespace: "blog"
        ),
        Row(testDescription: "cluster-scoped", metadata: "", isNamespaced: false, namespace: ""),
        Row(
            testDescription: "cluster-scoped in a namespace",
            metadata: #","namespace":"blog""#,
            isNamespaced: false,
            namespace: ""
        ),
    ]

    @Test(arguments: rows)
    func `a namespace is filled in or dropped`(row: Row) throws {
        let text = #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"web"\#(row.metadata)}}"#
        let manifest = try KubeObject(JSONParser.parse(text))
        let resource = APIResource(
            gvk: manifest.gvk,
            plural: "widgets",
            isNamespaced: row.isNamespaced,
            verbs: ["list"]
        )
        let place = ManifestPlace(defaultNamespace: row.defaultNamespace)
        let id = ObjectID(group: "acme.dev", kind: "Widget", namespace: row.namespace, name: "web")
        #expect(place.namespace(of: manifest, as: resource) == row.namespace)
        #expect(place.identity(of: manifest, as: resource) == id)
        #expect(place.placed(manifest, as: resource).id == id)
        #expect((place.placed(manifest, as: resource) == manifest) == (row.namespace == manifest.namespace))
    }
}
