// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// Field paths and sets of them, in the spelling of managedFields.
@Suite struct FieldSetTests {
    static let elements: [(serialized: String, display: String)] = [
        ("f:spec", ".spec"), ("f:a.b/c", ".a.b/c"), ("f:", "."), (#"k:{"name":"x"}"#, #"[name="x"]"#),
        (#"k:{"containerPort":80,"protocol":"TCP"}"#, #"[containerPort=80,protocol="TCP"]"#), (#"v:"x""#, #"[="x"]"#),
        ("v:5", "[=5]"), ("i:3", "[3]"),
    ]

    @Test(arguments: elements)
    func `an element has two spellings`(serialized: String, display: String) {
        let element = FieldPathElement(serialized: serialized)
        #expect(element?.serialized == serialized && element?.display == display)
    }

    @Test(arguments: ["", "x", "f", "k:x", "k:[]", "v:", "i:-1", "i:x", "z:a"])
    func `another spelling is no element`(text: String) { #expect(FieldPathElement(serialized: text) == nil) }

    private static let sample: JSON = [
        "f:metadata": ["f:labels": [".": [:], "f:a": [:]]],
        "f:spec": ["f:containers": [#"k:{"name":"x"}"#: [".": [:], "f:image": [:]]], "f:set": [#"v:"y""#: [:]]],
    ]

    @Test func `a set is read and written the same`() throws {
        let set = try #require(FieldSet(fieldsV1: Self.sample))
        #expect(set.fieldsV1 == Self.sample)
        #expect(
            set.paths.map(\.display) == [
                ".metadata.labels", ".metadata.labels.a", #".spec.containers[name="x"]"#,
                #".spec.containers[name="x"].image"#, #".spec.set[="y"]"#,
            ]
        )
    }

    @Test(arguments: [[1], ["x:y": [:]], ["f:a": 1], ["f:a": ["q:b": [:]]]] as [JSON])
    func `another form is no set`(json: JSON) { #expect(FieldSet(fieldsV1: json) == nil) }

    private static func set(_ paths: String...) -> FieldSet {
        var set = FieldSet()
        for path in paths { set.insert(path.split(separator: ".").map { FieldPathElement.field(String($0)) }) }
        return set
    }

    @Test func `sets are joined, cut and subtracted by path`() {
        let left = Self.set("a", "a.b", "c.d", "e")
        let right = Self.set("a.b", "c", "c.d", "f")
        #expect(left.union(right) == Self.set("a", "a.b", "c", "c.d", "e", "f"))
        #expect(left.intersection(right) == Self.set("a.b", "c.d"))
        #expect(left.subtracting(right) == Self.set("a", "e"))
        #expect(right.subtracting(left) == Self.set("c", "f"))
        #expect(left.subtracting(left).isEmpty && left.union(left) == left && left.intersection(FieldSet()).isEmpty)
    }

    @Test func `only whole paths are in a set`() {
        let set = Self.set("a.b")
        #expect(
            set.contains([.field("a"), .field("b")]) && !set.contains([.field("a")]) && !set.contains([.field("b")])
        )
        var other = set
        other[.field("a")] = nil
        #expect(other.isEmpty)
    }
}
