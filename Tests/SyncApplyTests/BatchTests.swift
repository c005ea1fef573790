// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import TestKit
import Testing

/// Waves that are larger than a transaction of the journal.
@Suite(.timeLimit(.minutes(5)))
struct BatchTests {
    private let manifests = (0..<200).map { configMap("m\($0)") }

    @Test func `every outcome is written down whole, and then its objects are let go`() async throws {
        try await ProjectUnderTest.run { project in
            let report = try await project.sync(manifests).report
            #expect(report.outcomes.count == 200)
            #expect(report.outcomes.allSatisfy { $0.isRecorded && $0.action == .created })
            #expect(report.outcomes.allSatisfy { $0.after?.uid != nil && $0.after?.json["data"] == nil })
            #expect(Set(project.journal.objects.map(\.id)) == Set(report.outcomes.map(\.id)))
            #expect(project.journal.objects.allSatisfy { $0.after?.json["data"] == ["k": "v"] })
            #expect(project.journal.rows.allSatisfy { $0.result == .done })
            let again = try await project.sync(manifests).report
            #expect(again.outcomes.isEmpty, "what was let go is known well enough to write nothing again")
        }
    }

    @Test func `a journal that is full in the middle of a wave ends the pass there`() async throws {
        try await ProjectUnderTest.run { project in
            project.journal.fail(afterIntents: 1 + 100)
            let report = try await project.sync(manifests).report
            #expect(report.interruption?.contains("journal") == true)
            let created = report.outcomes.filter { $0.action == .created }.map(\.id)
            #expect(created.count < 200)
            #expect(report.outcomes.filter { $0.action == .skipped }.count == 200 - created.count)
            #expect(project.journal.rows.allSatisfy { $0.result != nil }, "every intent is concluded")
            let done = project.journal.rows.filter { $0.result == .done && $0.intent.verb == .apply }
            #expect(Set(done.map(\.intent.id)) == Set(created), "what was written is known, and nothing else was")
            #expect(report.inventory.members.count == 200, "the superset stays until a pass ends well")
        }
    }
}
