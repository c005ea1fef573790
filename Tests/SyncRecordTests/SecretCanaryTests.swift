// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource
import TestKit
import Testing

@Suite struct SecretCanaryTests {
    /// Every byte of every file below the folder.
    private func bytes(in folder: String) throws -> [(file: String, bytes: Data)] {
        try FileManager.default.contentsOfDirectory(atPath: folder).map {
            ($0, try Data(contentsOf: URL(filePath: "\(folder)/\($0)")))
        }
    }

    private func expectNone(of canaries: [String], in folder: String) throws {
        for (file, bytes) in try bytes(in: folder) {
            for canary in canaries {
                for form in [canary, Base64.text(of: Array(canary.utf8)), Redactor.percentEncoded(canary)] {
                    #expect(bytes.firstRange(of: Data(form.utf8)) == nil, "\(form) is in \(file)")
                }
            }
        }
    }

    @Test func `values of Secrets never reach the file`() async throws {
        try await withTemporaryFolder { folder in
            let old = "canary-old-value/1"
            let new = "canary-new-value/2"
            let history = try await History.open(folder: folder.path, mode: .operate)
            let before = try KubeObject.secret(data: [("login", old)], annotations: [("copy", "is \(old)")])
            var after = try KubeObject.secret(data: [("login", new)])
            after.json["stringData"] = ["plain": .string(new)]
            let encoded = Base64.text(of: Array(new.utf8))
            let outcome = ObjectOutcome.sample(
                before.id,
                .failed,
                error: "Secret is invalid: \(new): not this, error found in #10 byte of ...|\":\"canary-old-va|...",
                changes: [
                    FieldChange(path: ".data.login", before: "\"\(old)\"", after: "\"\(encoded)\"", takenFrom: nil),
                    FieldChange(
                        path: ".metadata.annotations.copy",
                        before: "\"is \(old)\"",
                        after: nil,
                        takenFrom: nil
                    ),
                ],
                before: before,
                after: after
            )
            let env = ObjectOutcome.sample(
                changes: [
                    FieldChange(
                        path: ".spec.containers[name=\"web\"].env[name=\"DB_PASSWORD\"].value",
                        before: "\"\(old)\"",
                        after: "\"\(new)\"",
                        takenFrom: nil
                    ),
                    FieldChange(
                        FieldDifference(
                            path: [.field("spec"), .field("env")],
                            before: nil,
                            after: [["name": "API_TOKEN", "value": .string(new)], ["clientSecret": .string(old)]]
                        ),
                        of: GroupKind(group: "apps", kind: "Deployment")
                    ),
                ]
            )
            try await history.sampleRun(outcomes: [outcome, env])
            try expectNone(of: [old, new, "canary-old-va"], in: folder.path)
            let detail = try #require(try await history.detail(1))
            #expect(detail.objects[0].changes.map(\.path) == [".data.login", ".metadata.annotations.copy"])
            #expect(detail.objects[0].changes[0].after == nil)
            #expect(detail.objects[0].diff?.text.contains("login: •••••• (changed)") == true)
            try await history.close()
            try expectNone(of: [old, new, "canary-old-va"], in: folder.path)
        }
    }

    @Test func `a registered credential never reaches the file, by any way in`() async throws {
        try await withTemporaryFolder { folder in
            let canary = "canary-\(UUID().uuidString)"
            Redactor.shared.register(canary)
            let history = try await History.open(folder: folder.path, mode: .operate)
            let run = try await history.begin(project: "posts", trigger: .commit)
            try await history.identify(run, commit: .sample(subject: "use \(canary)"), treeID: "t")
            let journal = history.journal(for: run)
            let intents = try await journal.intend([
                MutationIntent(id: .deployment("web"), verb: .apply, reason: "because \(canary)")
            ])
            try await journal.conclude([(intents[0], .failed("no: \(canary)"))])
            try await history.record([.sample(.deployment("web"), .failed, error: "https://u:\(canary)@host")], of: run)
            let origin = Origin(file: "infra/a.yaml", line: 1)
            try await history.record([RenderProblem(origin: origin, problem: canary, remedy: canary)], of: run)
            try await history.record([RenderNotice(origin: origin, message: canary)], of: run)
            try await history.record(message: "git: \(canary)", of: run)
            let unwell = ObjectHealth(id: .deployment("web"), status: .failed, message: canary, origin: nil)
            try await history.record(HealthReport(ending: .failed, unhealthy: [unwell], observed: 1), of: run)
            try await history.setHold(PruneHold(hash: "h", commitID: "c", reasons: [canary], objects: []), by: run)
            _ = try await history.approve(project: "posts", hash: "h", person: canary)
            try await history.setSuspended(true, project: "posts", person: canary, reason: canary)
            try await history.finish(run, outcome: .failed, counts: RunCounts(), message: canary)
            try expectNone(of: [canary], in: folder.path)
            try await history.close()
            try expectNone(of: [canary], in: folder.path)
        }
    }
}
