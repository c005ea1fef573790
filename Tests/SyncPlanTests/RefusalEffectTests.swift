// SPDX-License-Identifier: Apache-2.0
import SyncPlan
import Testing

/// What follows from each reason for a refusal.
struct RefusalEffectTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: RefusedObject.Reason
        var isFailure = false
        var isShortfall = true
        var isRetryable = false
        var isPartialKnowledge = false
        var mayRest = false

        var testDescription: String { reason.rawValue }
    }

    static let rows = [
        Row(reason: .unknownKind, isFailure: true, isPartialKnowledge: true),
        Row(reason: .groupUnavailable, isFailure: true, isRetryable: true, isPartialKnowledge: true),
        Row(reason: .liveUnreadable, isFailure: true, isRetryable: true, isPartialKnowledge: true),
        Row(reason: .ownedByOther, isFailure: true), Row(reason: .forbidden, isFailure: true),
        Row(reason: .duplicate, isFailure: true, mayRest: true), Row(reason: .invalid, isFailure: true, mayRest: true),
        Row(reason: .failing, isFailure: true, isRetryable: true, mayRest: true),
        Row(reason: .terminating, isFailure: true, isRetryable: true), Row(reason: .blocked),
        Row(reason: .waiting, isRetryable: true), Row(reason: .contested, isRetryable: true),
        Row(reason: .vanishing, isRetryable: true),
        Row(reason: .optedOut, isShortfall: false, mayRest: true),
        Row(reason: .optedOutLive, isShortfall: false, mayRest: true),
    ]

    @Test(arguments: rows)
    func `a reason fails or skips, and says whether it passes by`(row: Row) {
        #expect(row.reason.isFailure == row.isFailure)
        #expect(row.reason.isShortfall == row.isShortfall)
        #expect(row.reason.isRetryable == row.isRetryable)
        #expect(row.reason.isPartialKnowledge == row.isPartialKnowledge)
        #expect(row.reason.mayRest == row.mayRest)
    }

    @Test func `every reason has its row`() {
        #expect(Set(Self.rows.map(\.reason)) == Set(RefusedObject.Reason.allCases))
    }

    @Test(arguments: RefusedObject.Reason.allCases)
    func `what fails, retries or shows that too little is known is a shortfall`(reason: RefusedObject.Reason) {
        #expect(reason.isShortfall || !(reason.isFailure || reason.isRetryable || reason.isPartialKnowledge))
    }
}
