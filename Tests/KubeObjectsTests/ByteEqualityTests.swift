// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// Composed and decomposed letters are the same text for Swift and two texts for Kubernetes.
struct ByteEqualityTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test func `two spellings of a name are two objects`() {
        func id(_ name: String) -> ObjectID {
            ObjectID(group: "rbac.authorization.k8s.io", kind: "ClusterRole", namespace: "", name: name)
        }
        #expect(id(Self.composed) != id(Self.decomposed))
        #expect(Dictionary([(id(Self.composed), 1), (id(Self.decomposed), 2)]) { $0 + $1 }.count == 2)
        #expect(GroupKind(group: "", kind: Self.composed) != GroupKind(group: "", kind: Self.decomposed))
        #expect(
            Set([
                GroupVersionKind(group: "", version: "v1", kind: Self.composed),
                GroupVersionKind(group: "", version: "v1", kind: Self.decomposed),
            ]).count == 2
        )
    }

    @Test(
        arguments: [
            { (text: String) in FieldPathElement.field(text) }, { .value(.string($0)) },
            { .key(JSONObject([.init(key: "name", value: .string($0))])) },
            { .key(JSONObject([.init(key: $0, value: "x")])) },
        ] as [@Sendable (String) -> FieldPathElement]
    )
    func `both spellings of a field have a place in a set of fields`(
        element: @Sendable (String) -> FieldPathElement
    ) throws {
        var set = FieldSet()
        set.insert([element(Self.composed)])
        set.insert([element(Self.decomposed)])
        #expect(set.children.count == 2 && set.paths.count == 2)
        #expect(try #require(FieldSet(fieldsV1: set.fieldsV1)) == set)
    }

    @Test func `equal values have equal hashes, and spellings have others`() {
        let one: JSON = ["a": .string(Self.composed)]
        let same: JSON = ["a": .string("caf" + "\u{E9}")]
        let other: JSON = ["a": .string(Self.decomposed)]
        #expect(one == same && one.hashValue == same.hashValue)
        #expect(one != other && one.hashValue != other.hashValue)
        #expect(Set<JSON>([one, same, other]).count == 2)
    }

    @Test func `fields are in one order, however they came into the set`() {
        let elements: [FieldPathElement] = [
            .index(10), .index(2), .value("b"), .value("a"), .key(JSONObject([.init(key: "n", value: 1)])), .field("z"),
            .field("a"),
        ]
        var set = FieldSet()
        for element in elements { set.insert([element]) }
        #expect(set.sortedChildren.map(\.element) == elements.sorted())
    }
}
