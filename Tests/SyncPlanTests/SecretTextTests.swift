// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// A Secret's `stringData`, seen as the server's `data`.
@Suite(.timeLimit(.minutes(1))) struct SecretTextTests {
    private static func normalized(_ members: JSON) throws -> JSON {
        var json: JSON = ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a"]]
        for member in try #require(members.object) { json[member.key] = member.value }
        return SecretText.normalized(try KubeObject(json)).json
    }

    @Test(
        arguments: [
            (["stringData": ["a": "x"]], ["a": "eA=="]), (["data": ["b": "eQ=="], "stringData": [:]], ["b": "eQ=="]),
            (["data": ["a": "eQ==", "b": "eQ=="], "stringData": ["a": "x"]], ["a": "eA==", "b": "eQ=="]),
            (["stringData": ["a": "x", "c": nil]], ["a": "eA==", "c": ""]),
            (["data": nil, "stringData": ["a": "x"]], ["a": "eA=="]), (["stringData": [:]], nil),
        ] as [(JSON, JSON?)]
    )
    func `the texts become data, and win over it`(members: JSON, data: JSON?) throws {
        let json = try Self.normalized(members)
        #expect(json["data"] == data)
        #expect(json["stringData"] == nil)
    }

    @Test func `a hundred thousand texts are moved in one go`() throws {
        let count = 100_000
        let texts = (0..<count).reversed().map { JSONObject.Member(key: "k\($0)", value: "x") }
        let json = try Self.normalized(["data": ["a": "eQ=="], "stringData": .object(JSONObject(texts))])
        #expect(json["data"]?.object?.count == count + 1)
    }
}
