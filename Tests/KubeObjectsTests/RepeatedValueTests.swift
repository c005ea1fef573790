// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// Field sets that stand in a document several times are read once.
struct RepeatedValueTests {
    @Test(
        arguments: [
            #"[{"fieldsV1":{"f:a":{}}},{"fieldsV1":{"f:a":{}}}]"#,
            #"[{"fieldsV1":{"f:a":{}}},{"fieldsV1":{"f:a":{},"f:b":{}}},{"fieldsV1":{"f:a":{}}}]"#,
            #"[{"fieldsV1":{}},{"fieldsV1":{"f:a":{}}},{"fieldsV1":{}}]"#,
            #"[{"fieldsV1":1},{"fieldsV1":12},{"fieldsV1":null},{"fieldsV1":"1"},{"fieldsV1":[1]},{"fieldsV1":[1,2]}]"#,
            #"{"fieldsV1":{"fieldsV1":{"fieldsV1":{}}},"x":{"fieldsV1":{"fieldsV1":{}}}}"#,
        ]
    )
    func `every occurrence has its own value`(text: String) throws {
        // The same words under a key that is not shared.
        let plain = try JSONParser.parse(text.replacing("fieldsV1", with: "fieldsV2"))
        let shared = try JSONParser.parse(text)
        #expect(shared.text.replacing("fieldsV1", with: "fieldsV2") == plain.text)
    }

    @Test
    func `more different values than are remembered are all read`() throws {
        let items = (0..<100).map { #"{"fieldsV1":{"f:\#($0 % 40)":{}}}"# }
        let list = try JSONParser.parse("[\(items.joined(separator: ","))]")
        for (index, item) in (list.array ?? []).enumerated() {
            #expect(item["fieldsV1"]?.object?.keys == ["f:\(index % 40)"])
        }
    }

    @Test
    func `a cut value is not taken for one that was seen`() {
        #expect(throws: JSONError.self) { try JSONParser.parse(#"[{"fieldsV1":{"f:a":{}}},{"fieldsV1":{"f:a":{}"#) }
    }

    @Test
    func `a value is not let in deeper than the limit because it was seen higher up`() {
        let limits = JSONParser.Limits(maxDepth: 4)
        let text = #"[{"fieldsV1":{"f:a":{}}},[{"fieldsV1":{"f:a":{}}}]]"#
        #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.utf8), limits: limits) }
    }
}
