// SPDX-License-Identifier: Apache-2.0
import SyncPlan

/// How far the steps of one wave have come: intended, being written, written, concluded. Decides what may start next.
struct StepProgress {
    /// What has come to its end.
    enum Event: Sendable {
        case intended(Range<Int>, Result<[Int64], JournalFailure>)
        case written(Int, StepResult)
        /// The second value says why the rows could not be written; nil when they are written.
        case concluded([Int], JournalFailure?)
    }

    /// Rows for the journal, and the steps whose whole outcome is among them.
    struct Outcomes: Sendable {
        var steps: [Int] = []
        var results: [(intent: Int64, result: MutationResult)] = []
        var objects: [ObjectOutcome] = []
    }

    /// How many intents, and how many outcomes, go into one transaction of the journal. Also the most outcomes whose
    /// objects are in memory as a whole while they wait for it.
    private static let batch = 64

    private let count: Int
    /// The rows of the steps that are intended, which are the first ones.
    private var rows: [Int64] = []
    private var isIntending = false
    private var started = 0
    private var inFlight = 0
    private var unrecorded = Outcomes()
    private var isStopped = false

    init(steps: [Step]) { count = steps.count }

    /// Whether intents are to be written now; one batch at a time, one batch ahead of the writes.
    var wantsIntents: Bool {
        !isStopped && !isIntending && rows.count < count && rows.count - started < Self.batch
    }

    /// The steps whose intents are to be written now.
    mutating func nextIntents() -> Range<Int>? {
        guard wantsIntents else { return nil }
        isIntending = true
        return rows.count..<min(rows.count + Self.batch, count)
    }

    mutating func intended(_ range: Range<Int>, _ rows: [Int64]) {
        isIntending = false
        self.rows += rows
    }

    /// The step that is to be written now, when fewer than `limit` are being written.
    mutating func nextWrite(limit: Int) -> Int? {
        guard !isStopped, inFlight < max(1, limit), started < rows.count else { return nil }
        inFlight += 1
        started += 1
        return started - 1
    }

    mutating func written(_ index: Int, _ result: StepResult) {
        inFlight -= 1
        unrecorded.steps.append(index)
        unrecorded.results.append((rows[index], result.journalResult))
        unrecorded.objects.append(result.outcome)
    }

    /// The outcomes that are to be recorded now: a full batch, or the rest once nothing more comes.
    mutating func nextOutcomes() -> Outcomes? {
        let isEnd = inFlight == 0 && !isIntending && (isStopped || started == count)
        guard !unrecorded.results.isEmpty, unrecorded.results.count >= Self.batch || isEnd else { return nil }
        defer { unrecorded = Outcomes() }
        return unrecorded
    }

    /// Nothing more is started. What was intended and is not sent gets its outcome: that it was not.
    mutating func stop(because reason: String) {
        isStopped = true
        while started < rows.count {
            unrecorded.results.append((rows[started], .failed("not sent: \(reason)")))
            started += 1
        }
    }
}
