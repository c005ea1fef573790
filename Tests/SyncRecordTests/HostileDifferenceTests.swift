// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Differences whose values, paths or both hold secrets outside of Secrets: none is in any text that is made of them.
@Suite(.timeLimit(.minutes(1))) struct HostileDifferenceTests {
    @Test(arguments: HostileDifference.all)
    func `no text of a difference holds what is secret in it`(row: HostileDifference) throws {
        let id = row.id(0)
        let change = FieldChange(row.difference, of: row.kind)
        let shown = change.redacted(of: id, by: .shared)
        HostileDifference.expectNone(in: "\(change.path) \(change.before ?? "") \(change.after ?? "")", row)
        HostileDifference.expectNone(in: "\(shown.path) \(shown.before ?? "") \(shown.after ?? "")", row)
        let remarks = ConvergenceRemark.texts([row.difference], of: row.kind)
        HostileDifference.expectNone(in: remarks.joined(separator: " "), row)
        let (before, after) = try row.objects()
        HostileDifference.expectNone(in: DiffText(before: before, after: after)?.text ?? "", row)
    }

    @Test func `no row of the history holds what is secret in a difference`() async throws {
        try await withTemporaryFolder { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
            let outcomes = HostileDifference.all.enumerated().map { index, row in
                let remarks = ConvergenceRemark.texts([row.difference], of: row.kind)
                return ObjectOutcome(
                    id: row.id(index),
                    apiVersion: "v1",
                    action: .configured,
                    origin: nil,
                    changes: [FieldChange(row.difference, of: row.kind)],
                    warnings: remarks
                )
            }
            #expect(outcomes.filter { !$0.warnings.isEmpty }.count > 10)
            try await history.sampleRun(outcomes: outcomes)
            #expect(try await history.detail(1)?.objects.count == outcomes.count)
            try await history.close()
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let bytes = try Data(contentsOf: folder.appending(path: file))
                for form in HostileDifference.forms {
                    #expect(bytes.firstRange(of: Data(form.utf8)) == nil, "\(form) is in \(file)")
                }
            }
        }
    }

    @Test(
        arguments: [
            (
                ["--port", "80", "--token", "old"], ["--port", "80", "--token", "new"],
                #"["--port","80","--token","••••••"]"#, #"["--port","80","--token","•••••• (changed)"]"#
            ),
            (
                ["--password=a b", "-v"], ["--password=a c", "-v"], #"["--password=••••••","-v"]"#,
                #"["--password=•••••• (changed)","-v"]"#
            ),
            (
                ["password": 1, "port": 80], ["password": 2, "port": 81], #"{"password":"••••••","port":80}"#,
                #"{"password":"•••••• (changed)","port":81}"#
            ),
            (["secretName": "a"], ["secretName": "b"], #"{"secretName":"a"}"#, #"{"secretName":"b"}"#),
        ] as [(JSON, JSON, String, String)]
    )
    func `what changed is told beside a mask, in tables and in stored rows`(
        old: JSON,
        new: JSON,
        before: String,
        after: String
    ) {
        let difference = FieldDifference(path: [.field("spec"), .field("x")], before: old, after: new)
        let change = FieldChange(difference, of: HostileDifference.deployment)
        #expect(change.before == before && change.after == after)
        #expect(change.redacted(of: .deployment("web"), by: .shared) == change)
    }

    @Test(arguments: ["", String(repeating: "a = 1\n", count: 100)])
    func `what changed in a text of several lines is told in tables and in stored rows, too`(head: String) {
        let difference = FieldDifference(
            path: [.field("data"), .field("a.ini")],
            before: .string("\(head)port = 1\npassword = canary-old\nz = 1\n"),
            after: .string("\(head)port = 2\npassword = canary-new\nz = 1\n")
        )
        let change = FieldChange(difference, of: HostileDifference.configMap)
        let id = ObjectID(groupKind: HostileDifference.configMap, namespace: "shop", name: "a")
        let shown = change.redacted(of: id, by: .shared)
        for (before, after) in [(change.before, change.after), (shown.before, shown.after)] {
            #expect(before?.contains(Redactor.changedMark) == false, "\(before ?? "none")")
            #expect(after?.contains(Redactor.changedMark) == true, "\(after ?? "none")")
        }
    }

    @Test func `a switch with a telling name is shown`() {
        let path: [FieldPathElement] = [.field("automountServiceAccountToken")]
        let difference = FieldDifference(path: path, before: false, after: true)
        let account = GroupKind(group: "", kind: "ServiceAccount")
        let change = FieldChange(difference, of: account)
        #expect(change.before == "false" && change.after == "true")
        let remark = ConvergenceRemark.texts([difference], of: account).first
        #expect(remark?.contains("is false where git says true") == true)
    }
}
