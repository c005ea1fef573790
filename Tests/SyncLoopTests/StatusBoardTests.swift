// SPDX-License-Identifier: Apache-2.0
import SyncLook
import SyncLoop
import SyncRecord
import Testing

/// What makes the whole process unready, and what is one project's own trouble.
struct StatusBoardTests {
    private func board(_ stages: [PassFailure.Stage?]) async -> StatusBoard {
        let names = stages.indices.map { "p\($0)" }
        let board = StatusBoard(projects: names)
        for (name, stage) in zip(names, stages) {
            let failure = stage.map { PassFailure(stage: $0, message: "broken \($0)", isRetryable: true) }
            let ending = failure.map { PassOutcome.Ending.unplanned($0, run: nil) } ?? .resting(.succeeded)
            await board.passed(name, PassOutcome(ending, commit: nil, duration: .zero))
        }
        return board
    }

    @Test(
        arguments: [
            ([nil, nil], nil), ([.source, nil], nil), ([.render, nil], nil), ([.render], nil),
            ([.inventory, nil], nil),
            ([.cluster, nil], nil), ([.cluster, .cluster], "p0: broken cluster"), ([.cluster, .source], nil),
            ([nil, .history], "p1: broken history"), ([nil, .lease], "p1: broken lease"),
        ] as [([PassFailure.Stage?], String?)]
    )
    func `what is wrong in one project's repository is not the process's`(
        stages: [PassFailure.Stage?],
        reason: String?
    ) async { #expect(await board(stages).notReady == reason) }

    @Test func `a failure that finds no room in the history makes the process unready, whatever failed`() async {
        let board = StatusBoard(projects: ["a"])
        let failure = PassFailure(stage: .source, message: "the repository is gone", isRetryable: true)
        let loss = "the history could not be written: the disk is full"
        await board.passed("a", PassOutcome(.unplanned(failure, run: nil), commit: nil, duration: .zero, loss: loss))
        #expect(await board.notReady == "a: the repository is gone; \(loss)")
        await board.passed("a", PassOutcome(.unplanned(failure, run: nil), commit: nil, duration: .zero))
        #expect(await board.notReady == nil)
    }

    @Test func `before every project had a pass the process is not ready, unless another leads it`() async {
        let board = StatusBoard(projects: ["a", "b"])
        #expect(await board.notReady == "a: the first pass is not done yet")
        await board.led("a", by: "other", isOther: true)
        #expect(await board.notReady == "b: the first pass is not done yet")
        await board.resting("b", because: .unable("the disk is full"))
        #expect(await board.notReady == "b: the disk is full")
        await board.resting("b", because: .suspended)
        #expect(await board.notReady == nil)
        await board.resting("b", because: .unable("the disk is full"))
        #expect(await board.notReady == "b: the disk is full")
    }
}
