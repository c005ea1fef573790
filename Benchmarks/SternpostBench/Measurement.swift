// SPDX-License-Identifier: Apache-2.0

/// What several runs of one workload took.
struct Measurement {
    /// Wall time in the middle of all runs.
    let median: Duration
    /// Wall time of the fastest run: what the machine can do while nothing else runs on it.
    let fastest: Duration
    /// How many runs were timed.
    let runs: Int
    /// By how many bytes one run's peak was above the resident memory before it; nil where the system does not tell.
    let memoryGrowth: Int?

    /// A summary of runs that were timed elsewhere.
    init(times: [Duration]) {
        let sorted = times.sorted()
        self.init(median: sorted[sorted.count / 2], fastest: sorted[0], runs: sorted.count, memoryGrowth: nil)
    }

    private init(median: Duration, fastest: Duration, runs: Int, memoryGrowth: Int?) {
        self.median = median
        self.fastest = fastest
        self.runs = runs
        self.memoryGrowth = memoryGrowth
    }

    /// Runs the work once for its memory, then several times for its time.
    ///
    /// Freeing the result is not timed: it happens while the next stage runs already.
    static func take(runs wanted: Int?, of work: () throws -> any Sendable) throws -> Measurement {
        let growth = try ResidentMemory.growth(during: work)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(1)
        var times: [Duration] = []
        while times.count < wanted ?? 5 || (wanted == nil && times.count < 101 && clock.now < end) {
            let start = clock.now
            let result = try work()
            times.append(clock.now - start)
            withExtendedLifetime(result) {}
        }
        times.sort()
        return Measurement(
            median: times[times.count / 2],
            fastest: times[0],
            runs: times.count,
            memoryGrowth: growth
        )
    }
}
