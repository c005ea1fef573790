// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// What the API server is known to keep otherwise hides nothing but itself.
struct ResidualTests {
    private static let key = ResidualKey.random()

    /// A binding of subjects, an atomic list to whose items the server adds `apiGroup`.
    private static func binding(_ names: [String], filled: Bool) -> String {
        let group = filled ? #","apiGroup":"rbac.authorization.k8s.io""# : ""
        let subjects = names.map { #"{"kind":"User","name":"\#($0)"\#(group)}"# }.joined(separator: ",")
        return """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b","namespace":"shop"},
            "subjects":[\(subjects)]}
            """
    }

    /// Plans `declared` against `live`, which is what the server was seen to make of it, changed by `edit`.
    private func plan(
        _ declared: String,
        _ live: String,
        owned: String,
        edit: (inout JSON) -> Void
    ) throws -> Plan {
        let rendered = try PlanFixture.rendered(declared)
        let hash = try #require(PlanFixture.plan(rendered).waves.first?.steps.first?.contentHash)
        let answer = try PlanFixture.live(live, owned: owned)
        let known = FieldComparison.differences(declared: try PlanFixture.object(declared), live: answer)
        #expect(!known.isEmpty)
        let mark = Inventory.AppliedMark(
            uid: "uid-1",
            resourceVersion: "6",
            contentHash: hash,
            residual: Residual(text: Residual(known, isOverruled: false, key: Self.key).text)
        )
        let now = try PlanFixture.live(live, owned: owned, edit: edit)
        return Planner.plan(
            rendered,
            against: LiveSet(catalog: PlanFixture.catalog, objects: [now.id: .whole(now)], unreadable: [:]),
            inventory: Inventory(
                applySet: PlanFixture.applySet,
                members: [now.id: .init(uid: "uid-1")],
                marks: [now.id: mark],
                residualKey: Self.key
            ),
            policy: PlanPolicy()
        )
    }

    private static let subjects = (1...9).map { "user-\($0)@example.com" }

    @Test func `what the server was seen to make of a manifest needs no write`() throws {
        let plan = try plan(
            Self.binding(Self.subjects, filled: false),
            Self.binding(Self.subjects, filled: true),
            owned: #""f:subjects":{}"#
        ) { _ in }
        #expect(plan.waves.isEmpty && plan.unchanged.count == 1)
        #expect(plan.unchanged.first?.residual.isEmpty == false)
    }

    @Test func `a change far behind in an accepted value is drift`() throws {
        let plan = try plan(
            Self.binding(Self.subjects, filled: false),
            Self.binding(Self.subjects, filled: true),
            owned: #""f:subjects":{}"#
        ) { json in
            json["subjects"] = .array((json["subjects"]?.array ?? []) + [["kind": "User", "name": "mallory"]])
        }
        let step = try #require(plan.waves.first?.steps.first)
        #expect(step.cause == .drift && step.changes.map(\.path) == [".subjects"])
        #expect(step.changes[0].before?.contains("mallory") == false, "the text for people is cut, the decision is not")
    }

    @Test func `a difference at a place of its own is drift, however many are accepted`() throws {
        func map(_ value: (Int) -> String) -> String {
            (0..<150).map { String(format: "%03d", $0) }.map { #""k\#($0)":"\#(value(Int($0) ?? 0))""# }
                .joined(separator: ",")
        }
        let owned =
            #""f:data":{"# + (0..<150).map { #""f:k\#(String(format: "%03d", $0))":{}"# }.joined(separator: ",") + "}"
        let declared = PlanFixture.configMap("many", map { "git-\($0)" })
        let live = PlanFixture.configMap("many", map { $0 == 149 ? "git-149" : "webhook-\($0)" })
        #expect(try plan(declared, live, owned: owned) { _ in }.waves.isEmpty)
        let changed = try plan(declared, live, owned: owned) { $0[["data", "k149"]] = "mallory" }
        #expect(changed.waves.first?.steps.first?.cause == .drift)
    }

    @Test func `a remembered difference is named behind what is new, and is not counted as new`() throws {
        let declared = PlanFixture.configMap("a", #""cut":"git","level":"high""#)
        let live = PlanFixture.configMap("a", #""cut":"webhook","level":"high""#)
        let owned = #""f:data":{"f:cut":{},"f:level":{}}"#
        let step = try #require(
            try plan(declared, live, owned: owned) { $0[["data", "level"]] = "low" }.waves.first?.steps.first
        )
        #expect(step.differences.map(\.path.last) == [.field("level"), .field("cut")] && step.newsCount == 1)
        // The webhook's value is another one than was seen: that is news as well.
        let moved = try #require(
            try plan(declared, live, owned: owned) {
                $0[["data", "level"]] = "low"
                $0[["data", "cut"]] = "mallory"
            }.waves.first?.steps.first
        )
        #expect(moved.newsCount == 2 && moved.differences.count == 2)
    }

    @Test func `another value of a Secret's key is drift, although no value of it is ever shown`() throws {
        func secret(_ value: String) -> String {
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"},"data":{"k":"\#(value)"}}"#
        }
        let owned = #""f:data":{"f:k":{}}"#
        #expect(try plan(secret("cGxhY2Vob2xkZXI="), secret("ZmlsbGVk"), owned: owned) { _ in }.waves.isEmpty)
        let plan = try plan(secret("cGxhY2Vob2xkZXI="), secret("ZmlsbGVk"), owned: owned) {
            $0[["data", "k"]] = "aGFja2Vk"
        }
        let step = try #require(plan.waves.first?.steps.first)
        #expect(step.cause == .drift)
        #expect(step.changes.allSatisfy { $0.before == nil && $0.after == nil })
    }

    @Test func `stored hashes differ with the key, so that values cannot be tried against a copy of them`() throws {
        let difference = FieldDifference(path: [.field("data"), .field("k")], before: "YQ==", after: "Yg==")
        let one = Residual([difference], isOverruled: false, key: Self.key)
        #expect(one.text != Residual([difference], isOverruled: false, key: .random()).text)
        #expect(one.covers([difference], key: Self.key) && !one.covers([difference], key: .random()))
        #expect(Residual(text: one.text) == one)
    }

    @Test func `nothing known covers nothing, nor does what an older version has stored`() {
        let difference = FieldDifference(path: [.field("data")], before: nil, after: [:])
        #expect(!Residual.empty.covers([difference], key: Self.key))
        let old = Residual(text: String(repeating: "a", count: 64))
        #expect(!old.covers([difference], key: Self.key) && old.text == String(repeating: "a", count: 64))
    }

    @Test func `path and values cannot be moved into each other`() {
        let one = FieldDifference(path: [.field("a")], before: "b", after: nil)
        let other = FieldDifference(path: [.field("a")], before: nil, after: "b")
        let third = FieldDifference(path: [.field("a"), .field("b")], before: nil, after: nil)
        let residual = Residual([one], isOverruled: false, key: Self.key)
        #expect(!residual.covers([other], key: Self.key) && !residual.covers([third], key: Self.key))
    }
}
