// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import KubeObjects
import Testing

struct PatchTests {
    @Test(arguments: [
        (#"{"a":1}"#, #"{"a":null,"b":{"c":null,"d":2}}"#, #"{"b":{"d":2}}"#),
        (#"{"a":[1,2]}"#, #"{"a":[3]}"#, #"{"a":[3]}"#),
        (#"{"a":{"b":1}}"#, #"{"a":"x"}"#, #"{"a":"x"}"#),
    ])
    func `a merge patch removes nulls, merges maps and replaces lists`(
        _ target: String,
        _ patch: String,
        _ result: String
    ) throws {
        let merged = JSONMergePatch.apply(try JSONParser.parse(patch), to: try JSONParser.parse(target))
        #expect(merged.text == result)
    }

    @Test(arguments: [
        (#"[{"op":"add","path":"/a/b","value":1}]"#, #"{"a":{"b":1},"l":[1,2]}"#),
        (#"[{"op":"add","path":"/l/1","value":9}]"#, #"{"a":{},"l":[1,9,2]}"#),
        (#"[{"op":"add","path":"/l/-","value":9}]"#, #"{"a":{},"l":[1,2,9]}"#),
        (#"[{"op":"remove","path":"/l/0"}]"#, #"{"a":{},"l":[2]}"#),
        (#"[{"op":"replace","path":"/l/1","value":9}]"#, #"{"a":{},"l":[1,9]}"#),
        (#"[{"op":"replace","path":"/new","value":9}]"#, #"{"a":{},"l":[1,2],"new":9}"#),
        (#"[{"op":"move","from":"/l/0","path":"/a/x~1y"}]"#, #"{"a":{"x/y":1},"l":[2]}"#),
        (#"[{"op":"copy","from":"/l","path":"/a/l"}]"#, #"{"a":{"l":[1,2]},"l":[1,2]}"#),
        (#"[{"op":"test","path":"/l/1","value":2},{"op":"remove","path":"/a"}]"#, #"{"l":[1,2]}"#),
    ])
    func `a JSON patch runs its operations in order`(_ patch: String, _ result: String) throws {
        let target = try JSONParser.parse(#"{"a":{},"l":[1,2]}"#)
        #expect(try JSONPatch.apply(try JSONParser.parse(patch), to: target).text == result)
    }

    @Test(arguments: [
        #"[{"op":"test","path":"/l/1","value":3}]"#, #"[{"op":"remove","path":"/nope"}]"#,
        #"[{"op":"add","path":"/x/y","value":1}]"#, #"[{"op":"add","path":"/l/7","value":1}]"#,
        #"[{"op":"frob","path":"/a"}]"#, #"[{"op":"add","value":1}]"#,
    ])
    func `a JSON patch that does not fit is 422`(_ patch: String) throws {
        let target = try JSONParser.parse(#"{"a":{},"l":[1,2]}"#)
        let refusal = try #require(throws: RequestRefusal.self) {
            try JSONPatch.apply(try JSONParser.parse(patch), to: target)
        }
        #expect(refusal.reason == .invalid)
    }

    @Test func `a JSON patch that is no list of operations is 400`() throws {
        for patch: JSON in [[:], [1]] {
            let refusal = try #require(throws: RequestRefusal.self) { try JSONPatch.apply(patch, to: [:]) }
            #expect(refusal.reason == .badRequest)
        }
    }

    @Test(arguments: [
        // Items are found by their key.
        (
            #"{"containers":[{"name":"b","image":"2"},{"name":"c"}]}"#,
            #"[{"image":"1","name":"a"},{"image":"2","name":"b"},{"name":"c"}]"#
        ),
        // A new item comes first when the patch has no order.
        (#"{"containers":[{"name":"c"}]}"#, #"[{"name":"c"},{"image":"1","name":"a"},{"image":"1","name":"b"}]"#),
        (#"{"containers":[{"name":"a","$patch":"delete"}]}"#, #"[{"image":"1","name":"b"}]"#),
        (#"{"containers":[{"name":"z"},{"$patch":"replace"}]}"#, #"[{"name":"z"}]"#),
        (
            #"{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}"#,
            #"[{"image":"1","name":"b"},{"image":"1","name":"a"}]"#
        ),
        (
            #"{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"name":"c"}]}"#,
            #"[{"name":"c"},{"image":"1","name":"a"},{"image":"1","name":"b"}]"#
        ),
    ])
    func `a strategic patch merges keyed lists`(_ spec: String, _ containers: String) throws {
        let target = try JSONParser.parse(
            #"{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}"#
        )
        let patch = try JSONParser.parse(#"{"spec":\#(spec)}"#)
        let result = try StrategicMergePatch.apply(
            patch,
            to: target,
            schema: try TestSchemas.builtIn("v1", "Pod")
        )
        #expect(result["spec"]?["containers"]?.text == containers)
    }

    @Test(arguments: [
        (
            #"{"metadata":{"finalizers":["b"]}}"#,
            #"{"metadata":{"finalizers":["b","a"]},"spec":{"tolerations":[{"key":"x"}]}}"#
        ),
        (
            #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}"#,
            #"{"metadata":{"finalizers":[]},"spec":{"tolerations":[{"key":"x"}]}}"#
        ),
        (
            #"{"spec":{"tolerations":[{"key":"y"}]}}"#,
            #"{"metadata":{"finalizers":["a"]},"spec":{"tolerations":[{"key":"y"}]}}"#
        ),
        (
            #"{"spec":{"$patch":"replace","nodeName":"n"}}"#,
            #"{"metadata":{"finalizers":["a"]},"spec":{"nodeName":"n"}}"#
        ),
        (
            #"{"spec":{"$retainKeys":["nodeName"],"nodeName":"n"}}"#,
            #"{"metadata":{"finalizers":["a"]},"spec":{"nodeName":"n"}}"#
        ),
    ])
    func `a strategic patch merges sets, replaces atomic lists and knows its directives`(
        _ patch: String,
        _ result: String
    ) throws {
        let target = try JSONParser.parse(#"{"metadata":{"finalizers":["a"]},"spec":{"tolerations":[{"key":"x"}]}}"#)
        let patched = try StrategicMergePatch.apply(
            try JSONParser.parse(patch),
            to: target,
            schema: try TestSchemas.builtIn("v1", "Pod")
        )
        #expect(patched.text == result)
    }

    @Test func `an item without its merge key is refused`() throws {
        let refusal = try #require(throws: RequestRefusal.self) {
            try StrategicMergePatch.apply(
                ["spec": ["containers": [["image": "x"]]]],
                to: [:],
                schema: try TestSchemas.builtIn("v1", "Pod")
            )
        }
        #expect(refusal.message.contains("does not contain declared merge key: name"))
    }
}
