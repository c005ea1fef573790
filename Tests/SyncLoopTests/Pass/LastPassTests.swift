// SPDX-License-Identifier: Apache-2.0
import SyncRecord
import Testing

@testable import SyncLoop

/// Whether a pass that has nothing to write may end without a row, by how the last one ended.
@Suite(.timeLimit(.minutes(1)))
struct LastPassTests {
    struct Row: Sendable {
        let last: LastPass
        var standing: [String] = []
        var commitID = "c"
        var applied: String? = "c"
        let silence: LastPass.Silence
    }

    @Test(arguments: [
        Row(last: .unknown, silence: .allowed),
        Row(last: .unknown, applied: nil, silence: .refused),
        Row(last: .unknown, commitID: "d", silence: .refused),
        Row(last: .unknown, standing: ["x"], silence: .refused),
        Row(last: .earlier(.succeeded), silence: .allowed),
        Row(last: .earlier(.succeeded), applied: "b", silence: .refused),
        Row(last: .earlier(.held), silence: .allowed),
        Row(last: .earlier(.held), standing: ["x"], silence: .refused),
        Row(last: .earlier(.degraded), silence: .whileUnwell),
        Row(last: .earlier(.failed), silence: .refused),
        Row(last: .earlier(.interrupted), silence: .refused),
        Row(last: .earlier(.unknown), silence: .refused),
        Row(last: .earlier(.running), silence: .refused),
        Row(last: .overcome, silence: .refused),
        Row(last: .failed(PassFixture.failure), silence: .refused),
    ])
    func `of a pass that this process did not write down only the applied commit and a clear way count`(row: Row) {
        #expect(row.last.silence(row.standing, at: row.commitID, applied: row.applied) == row.silence)
    }

    @Test(arguments: [
        Row(last: .written(.succeeded, commitID: "c", standing: []), applied: nil, silence: .allowed),
        Row(last: .written(.succeeded, commitID: "c", standing: []), commitID: "d", applied: "d", silence: .refused),
        Row(last: .written(.succeeded, commitID: "c", standing: []), standing: ["x"], silence: .refused),
        Row(last: .written(.held, commitID: "c", standing: ["x"]), standing: ["x"], silence: .allowed),
        Row(last: .written(.held, commitID: "c", standing: ["x"]), standing: ["y"], silence: .refused),
        Row(last: .written(.degraded, commitID: "c", standing: ["x"]), standing: ["x"], silence: .allowed),
        Row(last: .written(.degraded, commitID: "c", standing: ["x"]), silence: .refused),
        Row(last: .written(.degraded, commitID: "c", standing: []), silence: .whileUnwell),
        Row(last: .written(.interrupted, commitID: "c", standing: []), silence: .refused),
        Row(last: .written(.failed, commitID: "c", standing: []), silence: .refused),
    ])
    func `of one that it wrote down its own commit and what stood in the way count`(row: Row) {
        #expect(row.last.silence(row.standing, at: row.commitID, applied: row.applied) == row.silence)
    }

    @Test func `what could not plan has failed, until another pass is written down`() {
        #expect(LastPass.unknown.outcome == nil)
        #expect(LastPass.earlier(.held).outcome == .held)
        #expect(LastPass.written(.degraded, commitID: "c", standing: []).outcome == .degraded)
        #expect(LastPass.failed(PassFixture.failure).outcome == .failed)
        #expect(LastPass.overcome.outcome == .failed)
    }
}
