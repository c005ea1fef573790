// SPDX-License-Identifier: Apache-2.0
import SyncPlan
import Testing

/// What people are told of a fight over a field.
@Suite struct FieldContestTests {
    static let rows: [(contest: FieldContest, text: String)] = [
        (
            FieldContest(path: ".spec.replicas", rival: "scaler", repairs: 5, pause: .seconds(600)),
            "a fight over .spec.replicas: scaler keeps changing it, and it was set back 5 times; it is left as it is for"
                + " 10 minutes at a time: stop the one, or take the field out of the manifest"
        ),
        (
            FieldContest(path: ".data.look at this", rival: nil, repairs: 12, pause: .seconds(3_600)),
            "a fight over .data.look at this: somebody keeps changing it, and it was set back 12 times; it is left as it"
                + " is for 60 minutes at a time: stop the one, or take the field out of the manifest"
        ),
        (
            FieldContest(path: ".spec.a", rival: "cron", repairs: 5, pause: .seconds(600), isUndeclared: true),
            "a fight over .spec.a: cron keeps changing it, and it was set back 5 times; it is left as it is for"
                + " 10 minutes at a time: stop the one, or declare the field"
        ),
    ]

    @Test(arguments: rows)
    func `a fight names the field, the rival and the pause`(contest: FieldContest, text: String) {
        #expect(contest.description == text)
    }
}
