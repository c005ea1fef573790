// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncRecord
import Testing

@testable import SyncLoop

/// What leaves the loop passes the redactor that it was given, and no other.
struct SinkTests {
    private let canary = "canary-\(UUID().uuidString.lowercased())"

    private func redactor() -> Redactor {
        let redactor = Redactor()
        redactor.register(canary)
        return redactor
    }

    @Test func `neither the pages nor the readiness probe tell a secret`() async {
        let board = StatusBoard(projects: ["a"], redactor: redactor())
        let failure = PassFailure(stage: .history, message: "it is \(canary)", isRetryable: true)
        let outcome = PassOutcome(.unplanned(failure, run: nil), commit: nil, duration: .zero)
        await board.passed("a", outcome)
        #expect(await board.all.map(\.message.text) == ["it is \(Redactor.mask)"])
        #expect(await board.notReady == "a: it is \(Redactor.mask)")
        await board.resting("a", because: .unable("it was \(canary)"))
        #expect(await board.notReady == "a: it was \(Redactor.mask)")
    }
}
