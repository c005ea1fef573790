// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// What an API server takes of one object.
struct ObjectLimitsTests {
    static let rows: [(annotations: JSON, bytes: Int)] = [
        ([:], 0), (["a": "b"], 2), (["a": ""], 1), (["ab": "cd", "e": "f"], 6), (["ä": "ö"], 4), (["a": 1], 1),
    ]

    @Test(arguments: rows)
    func `annotations take the bytes of their keys and values`(annotations: JSON, bytes: Int) throws {
        let members = try #require(annotations.object)
        #expect(ObjectLimits.bytes(ofAnnotations: members) == bytes)
    }
}
