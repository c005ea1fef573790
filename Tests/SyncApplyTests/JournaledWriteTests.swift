// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import Testing

/// A write and its rows, whatever becomes of it.
@Suite(.timeLimit(.minutes(1)))
struct JournaledWriteTests {
    private let journal = MemoryJournal()
    private let intent = MutationIntent(
        id: ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "a"),
        verb: .apply,
        reason: "a test"
    )

    @Test func `a write that succeeds has its intent before it is sent, and is done`() async throws {
        let journal = journal
        let ending = try await JournaledWrite(intent, in: journal).send { () async -> Result<Int, KubeError> in
            let rows = journal.rows
            #expect(rows.map(\.intent.id.name) == ["a"])
            #expect(rows.allSatisfy { $0.result == nil })
            return .success(7)
        }
        guard case .done(let answer) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(answer == 7)
        #expect(journal.rows.map(\.result) == [MutationResult.done])
    }

    @Test(arguments: [false, true])
    func `a refusal is written down as failed, and a lost answer as unknown`(isLost: Bool) async throws {
        let error = KubeError(reason: .unreachable, message: "the connection broke", isOutcomeUnknown: isLost)
        let ending = try await JournaledWrite(intent, in: journal).send { () async -> Result<Int, KubeError> in
            .failure(error)
        }
        guard case .failed(let failure) = ending else {
            Issue.record("\(ending)")
            return
        }
        #expect(failure == error)
        let line = error.description
        let expected: MutationResult = isLost ? .unknown(line) : .failed(line)
        #expect(journal.rows.map(\.result) == [expected])
    }

    @Test(arguments: [false, true])
    func `an error that tells what was being done keeps whether the outcome is known`(isLost: Bool) {
        let error = KubeError(reason: .unreachable, message: "the connection broke", isOutcomeUnknown: isLost)
        let told = InventoryError(error, while: "writing the inventory")
        let line = told.description
        let expected: MutationResult = isLost ? .unknown(line) : .failed(line)
        #expect(MutationResult(told) == expected)
    }

    @Test func `what is cancelled before its intent is written down leaves no row`() async throws {
        let write = JournaledWrite(intent, in: journal)
        let task = Task { () async throws -> Bool in
            while !Task.isCancelled { await Task.yield() }
            return try await isHeldBack(write)
        }
        task.cancel()
        let wasHeldBack = try await task.value
        #expect(wasHeldBack)
        #expect(journal.rows.isEmpty)
    }

    @Test func `what is cancelled before it is sent has an outcome that says so`() async throws {
        let gate = Gate()
        let write = JournaledWrite(intent, in: GatedJournal(journal: journal, gate: gate))
        let task = Task { () async throws -> Bool in try await isHeldBack(write) }
        await gate.isReached()
        task.cancel()
        gate.open()
        let wasHeldBack = try await task.value
        #expect(wasHeldBack)
        let expected = MutationResult.failed("not sent: cancelled by a newer commit or a shutdown")
        #expect(journal.rows.map(\.result) == [expected])
    }

    @Test func `what is cancelled while it is under way is finished and written down`() async throws {
        let gate = Gate()
        let write = JournaledWrite(intent, in: journal)
        let task = Task { () async throws -> Bool in
            let ending = try await write.send { () async -> Result<Int, KubeError> in
                await gate.pass()
                let cancelled = KubeError(reason: .cancelled, message: "cancelled")
                return Task.isCancelled ? .failure(cancelled) : .success(7)
            }
            if case .done = ending { return true }
            return false
        }
        await gate.isReached()
        task.cancel()
        gate.open()
        let isDone = try await task.value
        #expect(isDone)
        #expect(journal.rows.map(\.result) == [MutationResult.done])
    }

    @Test func `without room for the intent nothing is sent`() async {
        journal.fail(afterIntents: 0)
        let write = JournaledWrite(intent, in: journal)
        let failure = await #expect(throws: JournalFailure.self) { try await isHeldBack(write) }
        #expect(failure?.isAfterwards == false)
        #expect(failure?.description.contains("nothing may be changed") == true)
        #expect(journal.rows.isEmpty)
    }

    @Test func `an outcome that cannot be written down is an error, although the write was done`() async {
        let write = JournaledWrite(intent, in: DeafJournal(journal: journal))
        let failure = await #expect(throws: JournalFailure.self) {
            try await write.send { () async -> Result<Int, KubeError> in .success(7) }
        }
        #expect(failure?.isAfterwards == true)
        #expect(journal.rows.count == 1)
    }
}

/// Tries a write that must not be sent; tells whether it says that it was not.
private func isHeldBack(_ write: JournaledWrite) async throws -> Bool {
    let ending = try await write.send { () async -> Result<Int, KubeError> in
        Issue.record("it was sent")
        return .success(7)
    }
    if case .notSent = ending { return true }
    return false
}

/// A place at which somebody waits until the test opens it.
private struct Gate: Sendable {
    private let arrivals = AsyncStream.makeStream(of: Void.self)
    private let openings = AsyncStream.makeStream(of: Void.self)

    /// Says that the place is reached, and waits there.
    func pass() async {
        arrivals.continuation.yield()
        for await _ in openings.stream { return }
    }

    /// Waits until somebody stands there.
    func isReached() async {
        for await _ in arrivals.stream { return }
    }

    func open() { openings.continuation.yield() }
}

/// Waits at a gate before it takes an intent.
private struct GatedJournal: MutationJournal {
    let journal: MemoryJournal
    let gate: Gate

    func intend(_ intents: [MutationIntent]) async throws -> [Int64] {
        await gate.pass()
        return try await journal.intend(intents)
    }

    func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws {
        try await journal.conclude(results)
    }

    func conclude(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome]
    ) async throws {
        try await journal.conclude(results, objects: objects)
    }
}

/// Takes intents, and no outcome.
private struct DeafJournal: MutationJournal {
    let journal: MemoryJournal

    func intend(_ intents: [MutationIntent]) async throws -> [Int64] { try await journal.intend(intents) }

    func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws { throw JournalIsFull() }

    func conclude(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome]
    ) async throws {
        throw JournalIsFull()
    }
}
