// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRecord
import Testing

/// What the redactor leaves of a change: both sides of it never read the same.
@Suite(.timeLimit(.minutes(1))) struct RedactedChangeTests {
    private let kind = GroupKind(group: "apps", kind: "Deployment")
    private let long = JSON.string(String(repeating: "word ", count: 60))

    private func shown(_ change: FieldChange, of kind: GroupKind, by redactor: Redactor = Redactor()) -> FieldChange {
        change.redacted(of: ObjectID(groupKind: kind, namespace: "shop", name: "web"), by: redactor)
    }

    private func shown(_ before: JSON?, _ after: JSON?, at path: [FieldPathElement]) -> FieldChange {
        shown(FieldChange(FieldDifference(path: path, before: before, after: after), of: kind), of: kind)
    }

    @Test(arguments: ["token", "password"])
    func `a field with a telling name that is added within a long value is shown beside nothing`(name: String) {
        let properties = JSON.object(JSONObject([.init(key: name, value: ["type": "string"])]))
        let change = shown(
            [["description": long, "properties": [:]]],
            [["description": long, "properties": properties]],
            at: [.field("spec"), .field("versions")]
        )
        #expect(change.path == ".spec.versions[0].properties.\(name)")
        #expect(change.arrow == #"– → {"type":"string"}"#)
    }

    @Test func `a switch with a telling name is shown, within a long value and alone`() {
        func spec(_ value: Bool) -> JSON { [["a": long, "automountServiceAccountToken": .bool(value)]] }
        let inner = shown(spec(true), spec(false), at: [.field("spec")])
        #expect(inner.path == ".spec[0].automountServiceAccountToken" && inner.arrow == "true → false")
        let outer = shown(true, false, at: [.field("automountServiceAccountToken")])
        #expect(outer.arrow == "true → false")
        #expect(shown(nil, .null, at: [.field("automountServiceAccountToken")]).arrow == "– → null")
    }

    @Test func `a switch of a Secret is shown only where it is no value of it`() {
        let secret = GroupKind(group: "", kind: "Secret")
        let whole = FieldChange(path: ".immutable", before: "false", after: "true", takenFrom: nil)
        #expect(shown(whole, of: secret).arrow == "false → true")
        let data = FieldChange(path: ".data.a", before: "false", after: "true", takenFrom: nil)
        #expect(shown(data, of: secret).arrow == Redactor.changedMask)
    }

    @Test func `a secret within a long value is hidden, and told as changed`() {
        func spec(_ value: String) -> JSON { [["a": long, "password": .string(value)]] }
        let change = shown(spec("canary-1"), spec("canary-2"), at: [.field("spec")])
        #expect(change.before != change.after && !change.arrow.contains("canary"))
    }

    @Test func `two values that are masked as a whole are told apart by a mark`() {
        let redactor = Redactor()
        redactor.register("canary-one")
        redactor.register("canary-two")
        let change = FieldChange(path: ".spec.a", before: "\"canary-one\"", after: "\"canary-two\"", takenFrom: nil)
        #expect(shown(change, of: kind, by: redactor).arrow == "\"••••••\" → \"••••••\"\(Redactor.changedMark)")
        let same = FieldChange(path: ".spec.a", before: "\"canary-one\"", after: "\"canary-one\"", takenFrom: nil)
        let kept = shown(same, of: kind, by: redactor)
        #expect(kept.before == kept.after)
    }
}
