// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncRecord
import TestKit
import Testing

/// What the record says of the two states of an object: only a deletion leaves nothing.
@Suite struct RecordedDifferenceTests {
    @Test(
        arguments: [
            (.failed, false, nil), (.skipped, false, nil), (.pruned, false, "+++ /dev/null"),
            (.configured, true, "+++ after Deployment.apps shop/web"),
            (.failed, true, "+++ after Deployment.apps shop/web"),
            (.restarted, true, "+++ after Deployment.apps shop/web"),
        ] as [(ObjectOutcome.Action, Bool, String?)]
    )
    func `an object that was not written has no difference`(
        action: ObjectOutcome.Action,
        hasAfter: Bool,
        header: String?
    ) async throws {
        let before = try KubeObject.deployment("web", replicas: 1)
        let after = hasAfter ? try KubeObject.deployment("web", replicas: 2) : nil
        try await withHistory { history in
            try await history.sampleRun(outcomes: [.sample(.deployment("web"), action, before: before, after: after)])
            let text = try await history.detail(1)?.objects.first?.diff?.text
            let second = text?.split(separator: "\n").dropFirst().first.map { String($0) }
            #expect(second == header, "\(text ?? "no difference")")
        }
    }

    @Test(arguments: ["failed", "skipped"])
    func `a row of an older version does not say that an object was removed which was not written`(
        action: String
    ) async throws {
        try await withTemporaryFolder { folder in
            let outcome = ObjectOutcome.sample(
                .deployment("web"),
                .pruned,
                before: try .deployment("web", replicas: 1)
            )
            let written = try await History.open(folder: folder.path, mode: .operate)
            try await written.sampleRun(outcomes: [outcome])
            #expect(try await written.detail(1)?.objects.first?.diff != nil)
            try await written.close()
            try tamper(
                folder.path,
                "UPDATE audit SET payload = replace(payload, '\"pruned\"', '\"\(action)\"') WHERE kind = 'object'"
            )
            let history = try await History.open(folder: folder.path, mode: .inspect)
            let object = try #require(try await history.detail(1)?.objects.first)
            try await history.close()
            #expect(object.action.rawValue == action && object.diff == nil)
        }
    }
}
