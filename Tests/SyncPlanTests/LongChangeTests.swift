// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// What is shown of a change whose two sides read the same.
struct LongChangeTests {
    private let definition = GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition")

    private func shown(_ before: JSON, _ after: JSON, at field: String = "versions", of kind: GroupKind? = nil)
        -> FieldChange
    {
        FieldChange(
            FieldDifference(path: [.field("spec"), .field(field)], before: before, after: after),
            of: kind ?? definition
        )
    }

    private func versions(served: Bool) -> JSON {
        let long = JSON.string(String(repeating: "word ", count: 60))
        return [["name": "v1", "description": long, "served": .bool(served)], ["name": "v2"]]
    }

    @Test func `two long values are shown by the first place at which they differ`() {
        let change = shown(versions(served: true), versions(served: false))
        #expect(change.path == ".spec.versions[0].served" && change.outerPath == ".spec.versions")
        #expect(change.arrow == "true → false")
    }

    @Test func `an item behind the cut is shown beside nothing`() {
        let long = JSON.string(String(repeating: "word ", count: 60))
        #expect(shown([long], [long, "b"]).arrow == "– → \"b\"")
        let removed = shown([long, "b"], [long])
        #expect(removed.path == ".spec.versions[1]" && removed.arrow == "\"b\" → –")
    }

    @Test func `values that differ before they are cut are shown as they are`() {
        let short = shown("1", "2")
        #expect(short.path == ".spec.versions" && short.outerPath == nil && short.arrow == #""1" → "2""#)
        let long = String(repeating: "word ", count: 60)
        let change = shown(.string("x" + long), .string("y" + long))
        #expect(change.before?.hasPrefix("\"xword") == true && change.after?.hasPrefix("\"yword") == true)
    }

    @Test func `texts that differ behind the cut never read the same, and no more of them is shown`() {
        let long = String(repeating: "word ", count: 60)
        let change = shown(.string(long + "canary-1"), .string(long + "canary-2"), at: "note")
        #expect(change.before != change.after)
        #expect(change.after?.hasSuffix("(differs behind what is shown)") == true)
        #expect(!change.arrow.contains("canary"))
    }

    @Test func `a value that stays is told in the words of diff`() {
        let change = shown("hello", "hello", at: "note")
        #expect(change.arrow == "no value changes; the apply records that git declares it")
    }

    @Test func `no part of a Secret is shown, however long its values are`() {
        let long = String(repeating: "word ", count: 60)
        let change = shown(
            ["k": .string(long + "canary-1")],
            ["k": .string(long + "canary-2")],
            at: "data",
            of: GroupKind(group: "", kind: "Secret")
        )
        #expect(!change.arrow.contains("word") && !change.arrow.contains("canary"))
    }
}
