// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects
import Testing

struct CustomResourceTests {
    private static let properties = """
        {"size":{"type":"integer","minimum":1,"maximum":5,"default":2},"name":{"type":"string","pattern":"^[a-z]+$"},
        "mode":{"type":"string","enum":["A","B"]},"port":{"x-kubernetes-int-or-string":true},
        "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
        "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id"],"maxItems":3,
        "items":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"n":{"type":"integer"}}}},
        "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}
        """

    private func object(_ spec: String) -> String {
        #"{"apiVersion":"ex.io/v1","kind":"Widget","metadata":{"name":"w"},"spec":\#(spec)}"#
    }

    @Test func `undeclared fields are pruned, defaults filled in, free maps kept`() throws {
        let schema = try TestSchemas.widget(CustomResourceTests.properties)
        let body = try JSONParser.parse(object(#"{"nope":1,"free":{"a":{"b":1}},"parts":[{"id":"x","bad":1}]}"#))
        #expect(UnknownFields.find(in: body, schema: schema) == ["spec.nope", "spec.parts[0].bad"])
        let stored = Defaulter.apply(to: try TypedDecoder.decode(body, schema: schema), schema: schema)
        #expect(stored["spec"]?.text == #"{"free":{"a":{"b":1}},"parts":[{"id":"x"}],"size":2}"#)
    }

    @Test(arguments: [
        (#"{"size":"x"}"#, #"spec.size: Invalid value: "string": spec.size in body must be of type integer: "string""#),
        (#"{"size":9}"#, "spec.size: Invalid value: 9: spec.size in body should be less than or equal to 5"),
        (#"{"size":0}"#, "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
        (#"{"name":"A"}"#, #"spec.name: Invalid value: "A": spec.name in body should match '^[a-z]+$'"#),
        (#"{"mode":"C"}"#, #"spec.mode: Unsupported value: "C": supported values: "A", "B""#),
        (#"{"parts":[{}]}"#, "spec.parts[0].id: Required value"),
        (#"{"tags":["a","a"]}"#, #"spec.tags[1]: Duplicate value: "a""#),
        (#"{"parts":[{"id":"a"},{"id":"a","n":1}]}"#, #"spec.parts[1]: Duplicate value: {"id":"a"}"#),
    ])
    func `a value that breaks the schema is named`(_ spec: String, _ finding: String) throws {
        let schema = try TestSchemas.widget(CustomResourceTests.properties)
        let errors = ObjectValidator.validateCreate(try JSONParser.parse(object(spec)), schema: schema)
        #expect(errors.map(\.description) == [finding])
    }

    @Test func `list types of the definition decide ownership`() throws {
        var script = OwnershipScript(try TestSchemas.widget(CustomResourceTests.properties))
        try script.run(.apply(object(#"{"tags":["a"],"parts":[{"id":"x","n":1}],"port":80}"#), by: "m"))
        try script.run(.apply(object(#"{"tags":["b"],"parts":[{"id":"y"}],"port":80}"#), by: "n"))
        #expect(script.live?["spec"]?["tags"]?.text == #"["a","b"]"#)
        #expect(
            script.owners == [
                #"Apply m: {"f:spec":{"f:parts":{"k:{\"id\":\"x\"}":{".":{},"f:id":{},"f:n":{}}},"f:port":{},"f:tags":{"v:\"a\"":{}}}}"#,
                #"Apply n: {"f:spec":{"f:parts":{"k:{\"id\":\"y\"}":{".":{},"f:id":{}}},"f:port":{},"f:tags":{"v:\"b\"":{}}}}"#,
            ]
        )
        try script.run(.apply(object(#"{"parts":[{"id":"y"}],"port":80}"#), by: "m"))
        #expect(script.live?["spec"]?["tags"]?.text == #"["b"]"#)
        #expect(script.live?["spec"]?["parts"]?.text == #"[{"id":"y"}]"#)
    }
}
