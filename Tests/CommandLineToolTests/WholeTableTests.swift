// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncPlan
import Testing

@testable import CommandLineTool
@testable import SyncRecord

/// What is cut in a table, and what stands in it only once.
struct WholeTableTests {
    private func terminal(_ columns: Int?) -> Terminal {
        Terminal(hasColor: false, isInteractive: columns != nil, columns: columns)
    }

    @Test func `the last column ends where the line of a terminal ends, and is whole in a pipe`() {
        let message = String(repeating: "x", count: 90)
        var table = TextTable("ID", "MESSAGE")
        table.add("1", .init(message))
        #expect(table.text(for: terminal(nil)) == "ID   MESSAGE\n1    \(message)\n")
        #expect(table.text(for: terminal(200)) == "ID   MESSAGE\n1    \(message)\n")
        let cut = table.text(for: terminal(80)).split(separator: "\n")
        #expect(cut.map(\.count) == [12, 80])
        #expect(cut.last?.hasSuffix("x…") == true)
        let narrow = table.text(for: terminal(10)).split(separator: "\n")
        #expect(narrow.map(\.count) == [12, 25])
    }

    @Test func `a change says who had set the field, and is whole in a pipe`() {
        let value = String(repeating: "v", count: 90)
        let change = FieldChange(path: ".data.a", before: value, after: nil, takenFrom: "kubectl (scale) at 10:42")
        let setter = "(was set by kubectl (scale) at 10:42)"
        #expect(PassReport.text(of: [change], atMost: nil) == ".data.a \(value) → – \(setter)")
        #expect(PassReport.text(of: [change, change], atMost: 70).hasSuffix("v… \(setter), +1"))
    }

    @Test(
        arguments: [("infra/a.yaml:1: ConfigMap shop/a: no; do it", []), (nil, ["row 7: failed: no"])]
            as [(String?, [String])]
    )
    func `why a write failed stands once`(_ error: String?, _ expected: [String]) {
        let id = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "a")
        let start = Date(timeIntervalSince1970: 0)
        let run = SyncRun(
            id: 1,
            project: "posts",
            commit: nil,
            message: "change",
            trigger: .manual,
            startedAt: start,
            finishedAt: start,
            outcome: .degraded,
            counts: RunCounts()
        )
        let object = RecordedObject(
            id: id,
            apiVersion: "v1",
            action: .failed,
            error: error,
            isRetryable: false,
            origin: nil,
            changes: [],
            diff: nil,
            warnings: [],
            durationMilliseconds: 0
        )
        let write = RecordedMutation(
            intent: 7,
            id: id,
            verb: .apply,
            reason: "commit",
            intendedAt: start,
            ending: .failed,
            message: "no",
            concludedAt: start
        )
        let detail = RunDetail(
            run: run,
            treeID: "",
            step: nil,
            objects: [object],
            mutations: [write],
            problems: [],
            notices: [],
            messages: [],
            health: nil,
            hold: nil
        )
        #expect(ShowCommand.unsaid(detail) == expected)
    }
}
